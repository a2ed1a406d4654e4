/**
 * Seconds for which a view takes what was read for something else, as by the look at the region that has just ended and woken
 * whoever waited for it.
 */
export const RECENT_SECONDS = 5;
