/** What a command says to people; the process has both. */
export type Terminal = Pick<NodeJS.Process, 'stdout' | 'stderr'>;
