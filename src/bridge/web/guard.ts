import type { LookupAddress, LookupOptions } from "node:dns";
import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { WebFailure } from "./failure.ts";

/** Tells whether a page may be read from an address. Only tests use another than `isPublicAddress`. */
export type AddressRule = (address: string) => boolean;

/** `::/96` but for `::` and `::1`: IPv4 addresses in disguise that ipaddr.js takes for unicast. */
const DISGUISED = ipaddr.parseCIDR("::/96");

/**
 * Whether an IP address is one of the public Internet, and not this machine, its network, a cloud's
 * metadata service or a form that hides one of these.
 *
 * Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export const isPublicAddress: AddressRule = (address) => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv6" && parsed.match(DISGUISED)) return false;
  return parsed.range() === "unicast";
};

/**
 * Checks what can be seen in an address before a connection is made: scheme, user names, and hosts
 * that are IP addresses, which are never looked up. Throws WebFailure `url_not_allowed`.
 */
export function checkUrl(url: URL, isAllowed: AddressRule): void {
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new WebFailure("url_not_allowed", "Only http and https addresses can be read.");
  }
  if (url.username !== "" || url.password !== "") {
    throw new WebFailure("url_not_allowed", "Addresses with a user name cannot be read.");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host) && !isAllowed(host)) throw forbidden();
}

/** A name lookup for connections: it refuses a name as soon as one of its addresses is not allowed. */
export function guardedLookup(isAllowed: AddressRule): LookupFunction {
  return (hostname: string, options: LookupOptions, done): void => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return done(error, "", 0);
      const [first] = found;
      if (first === undefined || !found.every(({ address }) => isAllowed(address))) {
        return done(forbidden(), "", 0);
      }
      if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** What becomes of an address that is not allowed. */
export function forbidden(): WebFailure {
  return new WebFailure("url_not_allowed", "This address is not one of the public Internet.");
}
