/** What `read` makes of the command line; where that can't be, says why and how it is used, and ends the process with 2. */
export function optionsOrExit<T>(read: (words: string[]) => T, usage: string): T {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(usage);
    process.exit(2);
  }
}
