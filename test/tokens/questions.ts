/** What developers ask of a backend that they don't know, about the sample app *shop*; what is expected was read in its code. */
import type { Question } from './measure.ts';

const actions = 'lib/actions/';
/** Everything that can be called from outside: to know that something holds for all of it, one reads all of it. */
const entryPoints = {
  having: "'use server'|export (default )?(async )?(function|const) (GET|POST|PUT|PATCH|DELETE|\\w*Page)",
  in: '^(app|lib)/',
};
const session = ['auth.ts', 'lib/auth-guards.ts'];

export const shopQuestions: readonly Question[] = [
  {
    ask: 'Who writes orders, and through which entry points?',
    calls: [{ input: { model: 'Order', access: 'writes', facts: ['guard'] } }],
    expect: [
      'placeOrder',
      'cancelOrder',
      'markPaid',
      'expireOrders',
      'POST /api/cron/expire-orders',
      'POST /api/webhooks/payments',
    ],
    read: { having: 'order\\.(create|update|delete|upsert)|order\\.service' },
  },
  {
    ask: 'Who may change the role of a user?',
    calls: [{ input: { name: 'setRole' } }],
    expect: ['roles ADMIN', 'requireAdmin()', 'validates setRoleSchema'],
    read: { files: [`${actions}admin.actions.ts`, 'lib/services/user.service.ts', ...session] },
  },
  {
    ask: 'Is GET /api/orders/[id] guarded, and by what?',
    calls: [{ input: { name: 'GET /api/orders/[id]', facts: ['guard', 'evidence'] } }],
    expect: ['guard guarded', 'auth() reads the session', 'app/api/orders/[id]/route.ts:5'],
    read: { files: ['app/api/orders/[id]/route.ts', 'lib/with-auth.ts', 'auth.ts'] },
  },
  {
    ask: 'Which entry points are open to everybody?',
    calls: [{ input: { guard: 'public', facts: [] } }],
    expect: ['login', 'logout', 'GET /api/products', 'page / ', 'page /products/[slug]'],
    read: entryPoints,
  },
  {
    ask: 'Is anything called from outside without a check of the caller?',
    calls: [{ input: { guard: 'unguarded', facts: [] } }],
    expect: ['nothing found'],
    read: entryPoints,
  },
  {
    ask: 'Which queries have no limit?',
    calls: [
      { input: { list: 'unbounded', facts: [] } },
      { tool: 'backend_findings', input: { rule: 'require-pagination' } },
    ],
    expect: ['nothing found'],
    read: { having: 'findMany' },
  },
  {
    ask: 'What revalidates /orders?',
    calls: [{ input: { revalidates: '/orders', facts: [] } }],
    expect: ['placeOrder', 'cancelOrder'],
    read: { having: 'revalidate(Path|Tag)' },
  },
  {
    ask: 'Which variables of the environment does it need?',
    calls: [{ input: { kind: 'env', facts: [] } }],
    expect: [
      'DATABASE_URL',
      'AUTH_SECRET',
      'AUTH_GITHUB_ID',
      'PAYMENT_WEBHOOK_SECRET',
      'CRON_SECRET',
      'INVENTORY_API_KEY',
      'NEXT_PUBLIC_APP_URL',
    ],
    read: { files: ['lib/env.ts'] },
  },
  {
    ask: 'Which of them reach the browser?',
    calls: [{ input: { kind: 'env', query: 'client', facts: [] } }],
    expect: ['NEXT_PUBLIC_APP_URL'],
    read: { files: ['lib/env.ts'] },
  },
  {
    ask: 'What does the payment webhook check, write and answer?',
    calls: [{ input: { name: 'POST /api/webhooks/payments' } }],
    expect: ['verifySignature()', 'writes Order', 'markPaid', '409', 'revalidates /orders/[id]'],
    read: {
      files: [
        'app/api/webhooks/payments/route.ts',
        'lib/signature.ts',
        'lib/services/order.service.ts',
        'lib/validations/order.ts',
      ],
    },
  },
  {
    ask: 'What does placing an order take?',
    calls: [{ input: { name: 'placeOrderSchema' } }],
    expect: ['lib/validations/order.ts', 'items', 'note'],
    read: { files: [`${actions}order.actions.ts`, 'lib/validations/order.ts'] },
  },
  {
    ask: 'What parses its input with idSchema?',
    calls: [{ input: { validates: 'idSchema', facts: [] } }],
    expect: ['cancelOrder', 'archiveProduct', 'GET /api/orders/[id]', 'page /orders/[id]'],
    read: { having: 'idSchema' },
  },
  {
    ask: 'Who calls listProducts?',
    calls: [{ input: { calls: 'listProducts', facts: [] } }],
    expect: ['GET /api/products', 'page / '],
    read: { having: 'listProducts' },
  },
  {
    ask: 'What lets administrators in, and who else?',
    calls: [{ input: { role: 'ADMIN', facts: ['roles'] } }],
    expect: ['setRole', 'archiveProduct', 'page /admin', 'roles ADMIN, STAFF'],
    read: { having: 'ADMIN|requireAdmin' },
  },
  {
    ask: 'How are sessions kept, and what do they carry?',
    calls: [{ input: { kind: 'app' } }],
    expect: ['sessions jwt', 'user.role', 'Auth.js v5'],
    read: { files: ['auth.ts', 'auth.config.ts', 'types/next-auth.d.ts', 'package.json'] },
  },
  {
    ask: 'What do actions answer by convention, and where do they stand?',
    calls: [{ input: { kind: 'app' } }],
    expect: ['actions in lib/actions', '{ success, data, error: { message, code } }'],
    read: { files: ['lib/action-result.ts', `${actions}order.actions.ts`, `${actions}team.actions.ts`] },
  },
  {
    ask: 'Which columns and indexes has Order?',
    calls: [{ input: { kind: 'model', name: 'Order' } }],
    expect: ['status: OrderStatus', 'totalCents: Int', '(userId, createdAt)', 'userId → User'],
    read: { files: ['prisma/schema.prisma'] },
  },
  {
    ask: 'To whom does a review belong?',
    calls: [{ input: { kind: 'model', name: 'Review' } }],
    expect: ['userId: String?', 'userId → User', 'unique (productId, userId)'],
    read: { files: ['prisma/schema.prisma'] },
  },
  {
    ask: 'Which migrations are there, and does one destroy something?',
    calls: [{ input: { kind: 'migration' } }],
    expect: ['20260302090000_init', '20260316101500_add_reviews', '20260402080000_index_orders_by_status'],
    read: { having: '', in: 'migrations/.*\\.sql$' },
  },
  {
    ask: 'What writes in a transaction?',
    calls: [{ input: { query: 'transaction', facts: ['writes'] } }],
    expect: ['service placeOrder', 'action placeOrder'],
    read: { having: '\\$transaction|order\\.actions' },
  },
  {
    ask: 'Which services are cached?',
    calls: [{ input: { kind: 'service', query: 'cached', facts: [] } }],
    expect: ['listOrders', 'getOrder'],
    read: { having: 'cache', in: '^lib/' },
  },
  {
    ask: 'Which pages show products?',
    calls: [{ input: { model: 'Product', access: 'reads', kind: 'page', facts: [] } }],
    expect: ['page / ', 'page /products/[slug]'],
    read: { having: 'product', in: '(page\\.tsx|product\\.service\\.ts)$' },
  },
  {
    ask: 'What touches memberships, and would break with their model?',
    calls: [{ input: { model: 'Membership', facts: ['reads', 'writes'] } }],
    expect: ['createTeam', 'addMember', 'removeMember', 'isTeamOwner'],
    read: { having: 'membership|team\\.service', in: '^(app|lib|prisma)/' },
  },
  {
    ask: 'How does the warehouse prove itself at POST /api/inventory?',
    calls: [{ input: { name: 'POST /api/inventory', facts: ['guard', 'evidence'] } }],
    expect: ['hasBearer()', 'timingSafeEqual()', 'stops here otherwise'],
    read: { files: ['app/api/inventory/route.ts', 'lib/signature.ts'] },
  },
  {
    ask: 'For which paths does the proxy run?',
    calls: [{ input: { kind: 'proxy' } }],
    expect: ['/((?!api|_next/static|_next/image|favicon.ico).*)'],
    read: { files: ['proxy.ts'] },
  },
  {
    ask: 'What happens when a member is added to a team?',
    calls: [{ input: { kind: 'action', name: 'addMember' } }],
    expect: ['requireUser()', 'isTeamOwner', 'addMemberSchema', 'writes Membership', 'revalidates /teams/'],
    read: {
      files: [
        `${actions}team.actions.ts`,
        'lib/services/team.service.ts',
        'lib/validations/team.ts',
        ...session,
      ],
    },
  },
  {
    ask: 'Which functions guard the others?',
    calls: [{ input: { kind: 'guard' } }],
    expect: [
      'requireUser',
      'requireAdmin',
      'currentUserOrError',
      'authActionClient',
      'verifySignature',
      'hasBearer',
      'withAuth',
    ],
    read: { having: 'auth\\(\\)|timingSafeEqual', in: '^lib/[^/]+$' },
  },
  {
    ask: 'Which database is it, and where is the client made?',
    calls: [{ input: { kind: 'app' } }],
    expect: ['database postgresql', 'client lib/db.ts'],
    read: { files: ['prisma/schema.prisma', 'lib/db.ts', 'prisma.config.ts'] },
  },
  {
    ask: 'Which route handlers are there, and who is let in?',
    calls: [{ input: { kind: 'route', facts: ['guard'] } }],
    expect: [
      'POST /api/inventory',
      'GET /api/orders',
      'GET /api/products',
      'POST /api/webhooks/payments',
      'POST /api/cron/expire-orders',
    ],
    read: { having: '', in: 'route\\.ts$' },
  },
  {
    ask: 'What is wrong in the order services?',
    calls: [{ tool: 'backend_findings', input: { files: ['lib/services/order.service.ts'] } }],
    expect: ['nothing found'],
    read: { files: ['lib/services/order.service.ts', 'prisma/schema.prisma', 'lib/validations/order.ts'] },
  },
];
