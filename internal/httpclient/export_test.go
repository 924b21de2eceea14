package httpclient

import "net/netip"

// Allowed is the guard's decision, for addresses a test cannot dial.
func Allowed(address string, conf Config) bool { return allowed(netip.MustParseAddr(address), conf) }
