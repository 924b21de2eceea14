package httpclient_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"stet"
	"stet/internal/httpclient"
)

func TestTheGuardKnowsTheAddresses(t *testing.T) {
	for _, c := range []struct {
		address         string
		public, private bool // allowed without and with AllowPrivate
	}{
		{"127.0.0.1", false, true}, {"127.255.255.254", false, true}, {"::1", false, true}, {"::ffff:127.0.0.1", false, true},
		{"::ffff:7f00:1", false, true}, {"10.0.0.1", false, true}, {"172.16.0.1", false, true}, {"172.31.255.255", false, true},
		{"192.168.1.1", false, true}, {"100.64.0.1", false, true}, {"fc00::1", false, true}, {"fd12::1", false, true},
		{"0.0.0.0", false, false}, {"::", false, false}, {"169.254.169.254", false, false}, {"::ffff:169.254.169.254", false, false},
		{"fe80::1", false, false}, {"fe80::1%lo", false, false}, {"fd00:ec2::254", false, false}, {"198.18.0.1", false, false},
		{"192.0.0.1", false, false}, {"192.0.2.1", false, false}, {"198.51.100.1", false, false}, {"203.0.113.1", false, false},
		{"224.0.0.1", false, false}, {"239.1.1.1", false, false}, {"240.0.0.1", false, false}, {"255.255.255.255", false, false},
		{"ff02::1", false, false}, {"64:ff9b::a00:1", false, false}, {"64:ff9b:1::1", false, false}, {"2002:a00:1::1", false, false},
		{"2001:0:1::1", false, false}, {"2001:db8::1", false, false}, {"3fff::1", false, false}, {"100::1", false, false},
		{"::10.0.0.1", false, false}, {"fec0::1", false, false}, {"4000::1", false, false},
		{"1.1.1.1", true, true}, {"172.32.0.1", true, true}, {"100.128.0.1", true, true}, {"198.20.0.1", true, true},
		{"2606:4700::1111", true, true}, {"2001:4860:4860::8888", true, true}, {"::ffff:1.1.1.1", true, true},
	} {
		if got := httpclient.Allowed(c.address, httpclient.Config{}); got != c.public {
			t.Errorf("%s: allowed %t, want %t", c.address, got, c.public)
		}
		if got := httpclient.Allowed(c.address, httpclient.Config{AllowPrivate: true}); got != c.private {
			t.Errorf("%s with private addresses: allowed %t, want %t", c.address, got, c.private)
		}
	}
}

// However the address is written, the dial is what counts.
func TestTheGuardStandsAtTheDial(t *testing.T) {
	base, n := serve(t, func(http.ResponseWriter, *http.Request) {})
	port := base[strings.LastIndex(base, ":"):]
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.168.77.0/24")}
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①", "127。0。0。1",
		"localhost.",
	} {
		c, err := httpclient.New(httpclient.Config{Base: "http://" + host + port, AllowAddresses: elsewhere})
		if err != nil {
			t.Fatal(err)
		}
		_, err = post(t, c)
		if host == "localhost." && stet.KindOf(err) == stet.Unavailable {
			continue // not every resolver knows the name
		}
		wantError(t, err, stet.Configuration, "address_refused", stet.NotApplied)
	}
	n.want(t, 0)
	c, err := httpclient.New(httpclient.Config{Base: base, AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := post(t, c); err != nil {
		t.Errorf("an address that is allowed by name: %v", err)
	}
	n.want(t, 1)
}

func TestAProxyIsUsedOnlyWhereConfigured(t *testing.T) {
	base, direct := serve(t, func(http.ResponseWriter, *http.Request) {})
	proxy, viaProxy := serve(t, func(http.ResponseWriter, *http.Request) {})
	t.Setenv("HTTP_PROXY", proxy) // Go never sends loopback through it, so the name must be another
	named := strings.Replace(base, "127.0.0.1", "cms.invalid", 1)
	_, err := post(t, open(t, httpclient.Config{Base: named}))
	wantError(t, err, stet.Unavailable, "unreachable", stet.NotApplied)
	direct.want(t, 0)
	viaProxy.want(t, 0)
	if _, err := post(t, open(t, httpclient.Config{Base: named, Proxy: proxy})); err != nil {
		t.Error(err)
	}
	viaProxy.want(t, 1)
}

func TestParseAddresses(t *testing.T) {
	got, err := httpclient.ParseAddresses("10.1.2.3, 192.168.7.9/16 fd00::/8")
	if err != nil || len(got) != 3 || got[0].String() != "10.1.2.3/32" || got[1].String() != "192.168.0.0/16" || got[2].String() != "fd00::/8" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"cms.example.com", "10.0.0.0/33", "10.0.0", "fe80::1%lo"} {
		_, err := httpclient.ParseAddresses(bad)
		wantError(t, err, stet.Configuration, "addresses", stet.Unknown)
	}
}
