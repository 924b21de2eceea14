package httpclient

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"stet"
)

// refused are the addresses no target on the internet has: everything the IANA special-purpose registries for IPv4
// and IPv6 do not call globally reachable, and the IPv6 forms that carry an IPv4 address inside.
var refused = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // Teredo is within 2001::/23; 2002::/16 is 6to4
)

// global is where IPv6 has its public addresses. NAT64 (64:ff9b::/96), loopback, private and link-local are outside.
var global = netip.MustParsePrefix("2000::/3")

// private are the refused addresses that AllowPrivate allows. Link-local is not among them: cloud metadata services
// live there. Nor is the one metadata service that has a private address (AWS, fd00:ec2::254).
var (
	private = prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
		"::1/128", "fc00::/7")
	metadata = netip.MustParsePrefix("fd00:ec2::/32")
)

// notForHTTP are ports of other protocols, which a request could be made to speak to (https://fetch.spec.whatwg.org,
// port blocking, and common databases).
var notForHTTP = map[string]bool{
	"21": true, "22": true, "23": true, "25": true, "53": true, "110": true, "143": true, "389": true, "465": true,
	"587": true, "993": true, "995": true, "2375": true, "3306": true, "5432": true, "6379": true, "9200": true,
	"11211": true, "27017": true,
}

// ParseAddresses reads a list of addresses or prefixes, separated by commas or spaces: "10.1.2.3, 192.168.0.0/16".
func ParseAddresses(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(s)
		if a, addrErr := netip.ParseAddr(s); addrErr == nil && a.Zone() == "" {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, stet.Errorf(stet.Configuration, "addresses",
				"%q is neither an address nor a prefix such as 192.168.0.0/16", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// dialer refuses by the resolved address of every single dial: names, redirects of names, odd spellings of numbers
// and answers that change between two look-ups all end here.
func dialer(conf Config) *net.Dialer {
	return &net.Dialer{
		Timeout: 10 * time.Second,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err == nil && strings.HasPrefix(network, "tcp") && allowed(at.Addr(), conf) {
				return nil
			}
			return &stet.Error{Kind: stet.Configuration, Code: "address_refused", Message: fmt.Sprintf(
				"its name leads to %s, which is not a public address; "+
					"if the target is there, allow private addresses or this one", address)}
		},
	}
}

func allowed(a netip.Addr, conf Config) bool {
	a = a.Unmap().WithZone("")
	switch {
	case within(a, conf.AllowAddresses):
		return true
	case conf.AllowPrivate && within(a, private) && !metadata.Contains(a):
		return true
	}
	return (a.Is4() || global.Contains(a)) && !within(a, refused)
}

func within(a netip.Addr, in []netip.Prefix) bool {
	for _, p := range in {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
