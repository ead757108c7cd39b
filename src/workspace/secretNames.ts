/** Names under which code keeps secrets: the last thing to go by, when neither a schema nor a type nor an origin decides. */

const PASSWORD =
  /^(new|old|current|confirm|confirmed|repeat|plain|raw|temp|temporary|generated|initial|default|user|admin|smtp|db|database|master|hashed|encrypted)?(password|passwd|passphrase|pwd)(hash|digest|confirm|confirmation)?$/;
const TOKEN =
  /^(access|refresh|id|session|auth|oauth|bearer|jwt|api|bot|reset|passwordreset|resetpassword|verification|emailverification|verify|magiclink|login|signin|invite|invitation|twofactor|plain|raw|plaintext)tokens?$/;
const KEY =
  /^(client|api|app|webhook|signing|shared|cron|auth|nextauth|jwt|totp|mfa|otp|twofactor|consumer|hmac)secret$|^(secret|private|api|encryption|signing|master|servicerole|secretaccess|stripe|stripesecret|plain|plaintext|raw)(api)?key$|^authorization$|^(backup|recovery)codes?$|^(connectionstring|databaseurl)$/;

/** What a value under such a name surely is; undefined for names that say nothing, or not enough. */
export function secretByName(name: string): string | undefined {
  const plain = name.replaceAll(/[_\-\s]/g, '').toLowerCase();
  if (PASSWORD.test(plain)) return /hash|digest|hashed/.test(plain) ? 'a password’s hash' : 'a password';
  if (TOKEN.test(plain)) return 'a token';
  return KEY.test(plain)
    ? plain === 'authorization'
      ? 'the caller’s credentials'
      : 'a secret key'
    : undefined;
}

/** Names that stand for secrets and for harmless things alike: `token` of a parser, of a coupon. */
export function mayBeSecret(name: string): string | undefined {
  if (/^(tokens?|jwt)$/i.test(name)) return 'a token';
  return /^(secret|otp|credentials?|bearer)$/i.test(name) ? 'a secret' : undefined;
}

/** Whether a variable of the environment holds a secret. */
export function isSecretVariable(name: string): boolean {
  if (/PUBLIC|PUBLISHABLE/.test(name)) return false;
  if (/^(DATABASE|DIRECT|POSTGRES\w*|REDIS|MONGO\w*)_(PRISMA_)?UR[LI]$/.test(name)) return true;
  return /(^|_)(SECRET|PASSWORD|PASSWD|PASS|TOKEN|CREDENTIALS|API_?KEY|PRIVATE_KEY|ACCESS_KEY|SECRET_KEY|ENCRYPTION_KEY|SIGNING_KEY|SERVICE_(ROLE|ACCOUNT)_KEY|CONNECTION_STRING)$/.test(
    name,
  );
}

/** Headers that carry what signs the caller in. */
export function isSecretHeader(name: string): boolean {
  return /^(authorization|cookie|set-cookie|proxy-authorization|x-api-key|x-auth-token|x-access-token)$/i.test(
    name,
  );
}

/** Cookies that carry what signs the caller in. */
export function isSecretCookie(name: string): boolean {
  return /session|token|jwt|auth|secret|^sid$/i.test(name) && !/csrf|callback|theme|id$/i.test(name);
}
