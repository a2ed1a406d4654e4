/** A zip file that a function runs. */
export interface CodePackage {
  /** SHA-256 of the zip, base64: what Lambda calls CodeSha256. */
  readonly sha256: string;
  readonly zip: () => Promise<Uint8Array>;
}

/** The code of a graph's functions, by SHA-256: the graph itself holds only the sum. */
export interface CodeSource {
  get(sha256: string): CodePackage | undefined;
}
