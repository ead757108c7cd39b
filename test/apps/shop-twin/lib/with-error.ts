type Handler<Context> = (request: Request, context: Context) => Promise<Response>;

export function withError<Context>(handler: Handler<Context>) {
  return async (request: Request, context: Context): Promise<Response> => {
    try {
      return await handler(request, context);
    } catch (error) {
      console.error('route failed', error);
      return Response.json({ error: 'Internal error' }, { status: 500 });
    }
  };
}
