/** Acknowledged means in the journal, on the volume, of a majority (MongoDB: write concern). */
export const WRITE_CONCERN = { w: 'majority', journal: true, wtimeoutMS: 8000 } as const;
