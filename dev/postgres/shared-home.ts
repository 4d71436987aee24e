/** Where root keeps what an unprivileged user must reach when the project lies in a private folder such as /root. */
export const SHARED_HOME = '/var/lib/pipeline-pulse-sync';
