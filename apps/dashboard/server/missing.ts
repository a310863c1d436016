/** Says that something is not there: answered with 404. */
export class Missing extends Error {}
