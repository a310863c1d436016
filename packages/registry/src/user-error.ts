/**
 * An error that a person can act on: it says where, what was expected, what was found and what to do.
 * The command line prints its message without a stack trace and exits non-zero.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
