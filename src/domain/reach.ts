import ipaddr from 'ipaddr.js';

/** Hosts that the engine may call although their addresses are not public. */
export interface Reach {
  /** True lets it call this machine, where the simulator is: `localhost` and loopback addresses. @default false */
  readonly allowLoopback?: boolean | undefined;
  /** Host names that the engine's operator lists, in lower case; they may have any address. @default none */
  readonly privateHosts?: readonly string[] | undefined;
}

const NOT_PUBLIC = 'Must lead to a public address, or to a host that PULSE_PRIVATE_HOSTS lists';

/**
 * Whether a host may be called at this address. Asked when a connection is opened, of the address that it is opened to:
 * a name that has another address a moment later gains nothing.
 * @param host name or address as a URL has it, without brackets
 * @param address that the name was looked up to, or the host itself if it is one
 */
export function mayCall(host: string, address: string, reach: Reach): boolean {
  return isPublicAddress(address) || isWithinReach(host, reach);
}

/**
 * Checks a URL that a caller gives for the engine to call, as far as its text tells: it must be https to a host that
 * is not known to be private; plain http is left to hosts within reach.
 * @returns what is wrong; undefined if nothing is
 */
export function callerUrlProblem(text: string, reach: Reach): string | undefined {
  if (!URL.canParse(text)) return 'Must be a URL';
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return 'Must be without a user name and a password';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isWithinReach(host, reach)) return /^https?:$/.test(protocol) ? undefined : 'Must be https or http';
  if (protocol !== 'https:') return 'Must be https';
  return isLocalName(host) || (ipaddr.isValid(host) && !isPublicAddress(host)) ? NOT_PUBLIC : undefined;
}

function isWithinReach(host: string, { allowLoopback = false, privateHosts = [] }: Reach): boolean {
  return privateHosts.includes(bareName(host)) || (allowLoopback && isThisMachine(host));
}

/** Whether the host is this machine by what it is called; other names with a loopback address are somebody's trick. */
function isThisMachine(host: string): boolean {
  return bareName(host) === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}

/** Names that are this machine everywhere (RFC 6761). */
function isLocalName(host: string): boolean {
  return /(^|\.)localhost$/.test(bareName(host));
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** Whether anybody on the internet reaches this address, and it leads nowhere else by an address within it. */
function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const bytes = address.toByteArray();
  const isTranslated = address.range() === 'rfc6052' && bytes.slice(4, 12).every((byte) => byte === 0);
  if (isTranslated) return isPublicAddress(bytes.slice(12).join('.'));
  return address.range() === 'unicast' && isGlobalUnicast(bytes);
}

/** 2000::/3 (RFC 4291); what lies outside of it is not assigned, or outdated such as `::127.0.0.1`. */
function isGlobalUnicast([first = 0]: number[]): boolean {
  return first >> 5 === 1;
}
