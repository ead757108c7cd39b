export { auth, handlers } from './auth';
export * from './guards';
