/** Seconds for which a view takes what was read for something else: a look at the region wakes who waits as it ends. */
export const RECENT_SECONDS = 5;
