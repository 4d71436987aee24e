/** Folder for files that PostgreSQL's unprivileged user must reach when the project lies in one like /root. */
export const SHARED_HOME = '/var/lib/pipeline-pulse-sync';
