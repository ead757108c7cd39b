import { parseFixture } from './fixture.ts';

/**
 * The application that fixtures and the examples of rule pages are part of, so that they need to show only what matters.
 * A file of the fixture with the same path takes the place of the base's. No rule finds anything in it.
 */
export const baseApp = parseFixture(`
  //- package.json
  {
    "name": "base",
    "private": true,
    "scripts": { "dev": "next dev", "build": "prisma generate && next build" },
    "dependencies": {
      "@prisma/adapter-pg": "7.0.0",
      "@prisma/client": "7.0.0",
      "next": "16.0.0",
      "next-auth": "5.0.0-beta.30",
      "react": "19.2.0",
      "zod": "4.1.0"
    },
    "devDependencies": { "prisma": "7.0.0", "typescript": "5.9.0" }
  }
  //- tsconfig.json
  { "compilerOptions": { "strict": true, "paths": { "@/*": ["./*"] } } }
  //- next.config.ts
  export default {};
  //- prisma.config.ts
  import { defineConfig, env } from 'prisma/config';

  export default defineConfig({ schema: 'prisma/schema.prisma', datasource: { url: env('DATABASE_URL') } });
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }

  datasource db {
    provider = "postgresql"
  }

  enum Role {
    USER
    ADMIN
  }

  model User {
    id       String    @id @default(cuid())
    email    String    @unique
    name     String?
    role     Role      @default(USER)
    accounts Account[]
    sessions Session[]
    posts    Post[]
    comments Comment[]
  }

  model Account {
    id                String @id @default(cuid())
    userId            String
    provider          String
    providerAccountId String
    user              User   @relation(fields: [userId], references: [id], onDelete: Cascade)

    @@unique([provider, providerAccountId])
    @@index([userId])
  }

  model Session {
    id           String   @id @default(cuid())
    sessionToken String   @unique
    userId       String
    expires      DateTime
    user         User     @relation(fields: [userId], references: [id], onDelete: Cascade)

    @@index([userId])
  }

  model Post {
    id        String    @id @default(cuid())
    slug      String    @unique
    title     String
    content   String?
    published Boolean   @default(false)
    authorId  String
    author    User      @relation(fields: [authorId], references: [id])
    comments  Comment[]
    createdAt DateTime  @default(now())

    @@index([authorId])
  }

  model Comment {
    id       String @id @default(cuid())
    text     String
    postId   String
    post     Post   @relation(fields: [postId], references: [id])
    authorId String
    author   User   @relation(fields: [authorId], references: [id])

    @@index([postId])
    @@index([authorId])
  }
  //- prisma/migrations/20260101000000_init/migration.sql
  CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');

  CREATE TABLE "User" (
      "id" TEXT NOT NULL,
      "email" TEXT NOT NULL,
      "name" TEXT,
      "role" "Role" NOT NULL DEFAULT 'USER',
      CONSTRAINT "User_pkey" PRIMARY KEY ("id")
  );

  CREATE TABLE "Account" (
      "id" TEXT NOT NULL,
      "userId" TEXT NOT NULL,
      "provider" TEXT NOT NULL,
      "providerAccountId" TEXT NOT NULL,
      CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
  );

  CREATE TABLE "Session" (
      "id" TEXT NOT NULL,
      "sessionToken" TEXT NOT NULL,
      "userId" TEXT NOT NULL,
      "expires" TIMESTAMP(3) NOT NULL,
      CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
  );

  CREATE TABLE "Post" (
      "id" TEXT NOT NULL,
      "slug" TEXT NOT NULL,
      "title" TEXT NOT NULL,
      "content" TEXT,
      "published" BOOLEAN NOT NULL DEFAULT false,
      "authorId" TEXT NOT NULL,
      "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
  );

  CREATE TABLE "Comment" (
      "id" TEXT NOT NULL,
      "text" TEXT NOT NULL,
      "postId" TEXT NOT NULL,
      "authorId" TEXT NOT NULL,
      CONSTRAINT "Comment_pkey" PRIMARY KEY ("id")
  );

  CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
  CREATE UNIQUE INDEX "Session_sessionToken_key" ON "Session"("sessionToken");
  CREATE UNIQUE INDEX "Post_slug_key" ON "Post"("slug");
  CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON "Account"("provider", "providerAccountId");
  CREATE INDEX "Account_userId_idx" ON "Account"("userId");
  CREATE INDEX "Session_userId_idx" ON "Session"("userId");
  CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
  CREATE INDEX "Comment_postId_idx" ON "Comment"("postId");
  CREATE INDEX "Comment_authorId_idx" ON "Comment"("authorId");

  ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  ALTER TABLE "Comment" ADD CONSTRAINT "Comment_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  ALTER TABLE "Comment" ADD CONSTRAINT "Comment_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  //- .env.example
  AUTH_SECRET=
  DATABASE_URL=
  //- lib/env.ts
  import 'server-only';
  import { z } from 'zod';

  const schema = z.object({
    AUTH_SECRET: z.string().min(32),
    DATABASE_URL: z.url(),
  });

  export const env = schema.parse(process.env);
  //- lib/db.ts
  import { PrismaPg } from '@prisma/adapter-pg';
  import { env } from '@/lib/env';
  import { PrismaClient } from '@/lib/generated/prisma/client';

  const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };

  export const prisma =
    globalForPrisma.prisma ?? new PrismaClient({ adapter: new PrismaPg({ connectionString: env.DATABASE_URL }) });

  if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;
  //- auth.ts
  import { PrismaAdapter } from '@auth/prisma-adapter';
  import NextAuth from 'next-auth';
  import GitHub from 'next-auth/providers/github';
  import { prisma } from '@/lib/db';

  export const { handlers, auth, signIn, signOut } = NextAuth({
    adapter: PrismaAdapter(prisma),
    providers: [GitHub],
    callbacks: {
      session({ session, user }) {
        session.user.id = user.id;
        session.user.role = user.role;
        return session;
      },
    },
  });
  //- app/api/auth/[...nextauth]/route.ts
  import { handlers } from '@/auth';

  export const { GET, POST } = handlers;
  //- app/layout.tsx
  import type { ReactNode } from 'react';

  export default function RootLayout({ children }: { children: ReactNode }) {
    return (
      <html lang="en">
        <body>{children}</body>
      </html>
    );
  }
  //- types/next-auth.d.ts
  import type { DefaultSession } from 'next-auth';
  import type { Role } from '@/lib/generated/prisma/client';

  declare module 'next-auth' {
    interface User {
      role: Role;
    }
    interface Session {
      user: { id: string; role: Role } & DefaultSession['user'];
    }
  }
`);
