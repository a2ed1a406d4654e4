/** SendMessage within a region takes some milliseconds, most of them spent in waiting: assumed, and measured nowhere here. */
export const ASSUMED_SQS_MILLISECONDS = 15;
