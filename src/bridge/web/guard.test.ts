import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { checkUrl, guardedLookup, isPublicAddress } from "./guard.ts";

test.each([
  ["1.1.1.1", true],
  ["93.184.216.34", true],
  ["2606:4700:4700::1111", true],
  ["127.0.0.1", false],
  ["127.255.255.254", false],
  ["0.0.0.0", false],
  ["10.0.0.1", false],
  ["172.16.0.1", false],
  ["192.168.1.1", false],
  ["169.254.169.254", false],
  ["100.64.0.1", false],
  ["192.0.0.1", false],
  ["192.0.2.1", false],
  ["198.18.0.1", false],
  ["203.0.113.1", false],
  ["224.0.0.1", false],
  ["240.0.0.1", false],
  ["255.255.255.255", false],
  ["::", false],
  ["::1", false],
  ["::7f00:1", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:7f00:1", false],
  ["::ffff:1.1.1.1", true],
  ["64:ff9b::7f00:1", false],
  ["2002:7f00:1::", false],
  ["fe80::1", false],
  ["fc00::1", false],
  ["fd00:ec2::254", false],
  ["ff02::1", false],
  ["2001:db8::1", false],
  ["2001::1", false],
  ["2130706433", false],
  ["0x7f.1", false],
  ["localhost", false],
  ["", false],
])("%s is public: %s", (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

test.each([
  "http://127.0.0.1/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::127.0.0.1]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://user@example.com/",
  "http://user:secret@example.com/",
  "file:///etc/passwd",
  "ftp://example.com/",
  "data:text/plain,x",
])("%s may not be read", (url) => {
  expect(() => checkUrl(new URL(url), isPublicAddress)).toThrow(
    expect.objectContaining({ code: "url_not_allowed" }),
  );
});

test.each(["https://example.com/", "http://example.com:8080/", "https://1.1.1.1/"])(
  "%s may be read",
  (url) => {
    expect(() => checkUrl(new URL(url), isPublicAddress)).not.toThrow();
  },
);

test("a name that leads to this machine is refused before a connection is made", async () => {
  const socket: Socket = connect({ host: "localhost", port: 9, lookup: guardedLookup(isPublicAddress) });
  const error = await new Promise((resolve) => socket.once("error", resolve));
  expect(error).toMatchObject({ name: "WebFailure", code: "url_not_allowed" });
});
