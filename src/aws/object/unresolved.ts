/** Stands in `desired` for a value that is known only once another node, or something given, was observed. */
export interface Ref {
  readonly $ref: string;
  readonly field: string;
}

/** Text made of parts, some of them references. */
export interface Join {
  readonly $join: readonly (string | Ref)[];
}

/** `T` in which any value may be a reference. */
export type Unresolved<T> =
  | Ref
  | (T extends string
      ? T | Join
      : T extends readonly (infer Item)[]
        ? readonly Unresolved<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]: Unresolved<T[Key]> }
          : T);
