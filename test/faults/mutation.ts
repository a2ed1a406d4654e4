/** A fault that is put into the operator, to see that it is found. */
export interface Mutation {
  /** Such as "finalizer-dropped-early". */
  readonly name: string;
  /** What is broken, as a sentence. */
  readonly words: string;
  readonly changes: readonly {
    /** From the root of the project. */
    readonly file: string;
    /** Stands there once. */
    readonly from: string;
    readonly to: string;
  }[];
  /** Scenarios of which one at least must fail, or a test file of which one of those that are named so must. */
  readonly caughtBy:
    | { readonly scenarios: readonly string[] }
    | { readonly file: string; readonly test?: string };
}
