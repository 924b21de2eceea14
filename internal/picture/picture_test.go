package picture_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/internal/picture"
)

func dot(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a PNG that claims to be enormous, in a few bytes and with right checksums.
func bomb(t *testing.T) []byte {
	t.Helper()
	data := dot(t)
	binary.BigEndian.PutUint32(data[16:], 50_000)
	binary.BigEndian.PutUint32(data[20:], 50_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func source(t *testing.T, conf picture.Config) *picture.Source {
	t.Helper()
	s, err := picture.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve answers at the paths given.
func serve(t *testing.T, pages map[string]http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, found := pages[r.URL.Path]
		if !found {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func bytesOf(data []byte, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(data)
	}
}

func to(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", address)
		w.WriteHeader(http.StatusFound)
	}
}

func TestGetLooksAtTheBytesAndNotAtTheirName(t *testing.T) {
	data := dot(t)
	url := serve(t, map[string]http.HandlerFunc{"/a.jpg": bytesOf(data, "text/html"), "/moved": to("/a.jpg")})
	sum := sha256.Sum256(data)
	pin := hex.EncodeToString(sum[:])
	for _, address := range []string{url + "/a.jpg", url + "/moved", url + "/x/../a.jpg?v=1#top"} {
		p, err := source(t, picture.Config{Addresses: loopback}).Get(t.Context(), stet.Image{URL: address, SHA256: strings.ToUpper(pin)})
		if err != nil || p.Type != "image/png" || p.Ext != ".png" || p.SHA256 != pin || p.Width != 3 || p.Height != 2 {
			t.Errorf("%s: %+v, %v", address, p, err)
		}
	}
}

func TestGetRefuses(t *testing.T) {
	data := dot(t)
	big := append(dot(t), make([]byte, picture.MaxBytes)...)
	url := serve(t, map[string]http.HandlerFunc{
		"/ok.png": bytesOf(data, "image/png"), "/bomb.png": bytesOf(bomb(t), "image/png"), "/big.png": bytesOf(big, "image/png"),
		"/a.svg": bytesOf([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), "image/svg+xml"),
		"/page":  bytesOf([]byte("<html>log in"), "image/png"), "/none": bytesOf(nil, "image/png"), "/cut.png": bytesOf(data[:20], "image/png"),
		"/loop": to("/loop"), "/file": to("file:///etc/passwd"), "/metadata": to("http://169.254.169.254/latest/"), "/nowhere": to(""),
		"/down": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"/busy": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
	})
	s := source(t, picture.Config{Addresses: loopback})
	for _, c := range []struct {
		address, sum, code string
		kind               stet.Kind
	}{
		{"/bomb.png", "", "image_dimensions", stet.Invalid},
		{"/big.png", "", "image_too_large", stet.TooLarge},
		{"/a.svg", "", "image_type", stet.Invalid},
		{"/page", "", "image_type", stet.Invalid},
		{"/none", "", "image_empty", stet.Invalid},
		{"/cut.png", "", "image_broken", stet.Invalid},
		{"/ok.png", strings.Repeat("0", 64), "image_hash", stet.Invalid},
		{"/missing.png", "", "image_missing", stet.Invalid},
		{"/loop", "", "image_address", stet.Invalid},
		{"/nowhere", "", "image_address", stet.Invalid},
		{"/file", "", "image_address", stet.Invalid},
		{"/metadata", "", "address_refused", stet.Invalid},
		{"/down", "", "image_unavailable", stet.Unavailable},
		{"/busy", "", "image_unavailable", stet.Unavailable},
	} {
		_, err := s.Get(t.Context(), stet.Image{URL: url + c.address, SHA256: c.sum})
		e, is := err.(*stet.Error)
		if !is || e.Code != c.code || e.Kind != c.kind {
			t.Errorf("%s: %v; want %s (%s)", c.address, err, c.code, c.kind)
		}
	}
	for _, address := range []string{"data:image/png;base64,AAAA", "a.png", "ftp://example.com/a.png", "//example.com/a.png", "", "javascript:alert(1)"} {
		if _, err := s.Get(t.Context(), stet.Image{URL: address}); !stet.IsKind(err, stet.Invalid) || s.Takes(address) {
			t.Errorf("%q: %v; want Invalid", address, err)
		}
	}
}

func TestGetGuardsAddresses(t *testing.T) {
	url := serve(t, map[string]http.HandlerFunc{"/ok.png": bytesOf(dot(t), "image/png")})
	s := source(t, picture.Config{})
	port := url[strings.LastIndex(url, ":"):]
	for _, address := range []string{url, "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port, "http://127.1" + port, "http://user@127.0.0.1" + port,
		"http://10.0.0.1", "https://192.168.0.1", "http://example.com:25"} {
		_, err := s.Get(t.Context(), stet.Image{URL: address + "/ok.png"})
		if err == nil {
			t.Errorf("%s was fetched", address)
		}
	}
	if _, err := s.Get(t.Context(), stet.Image{URL: url + "/ok.png"}); err.(*stet.Error).Code != "address_refused" || !stet.IsKind(err, stet.Invalid) {
		t.Errorf("a private address: %v", err)
	}
}

func TestGetFromAFolder(t *testing.T) {
	folder := t.TempDir()
	write := func(name string) {
		t.Helper()
		if err := os.WriteFile(name, dot(t), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(folder, "assets", "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(folder, "secret.png"))
	write(filepath.Join(folder, "assets", "in", "a b.png"))
	if err := os.Symlink("../secret.png", filepath.Join(folder, "assets", "link.png")); err != nil {
		t.Skip(err)
	}
	s := source(t, picture.Config{Assets: filepath.Join(folder, "assets")})
	for _, name := range []string{"in/a b.png", "/in/a%20b.png", "./in/../in/a%20b.png"} {
		if _, err := s.Get(t.Context(), stet.Image{URL: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"../secret.png", "link.png", "in", "none.png", "%2e%2e/secret.png"} {
		if _, err := s.Get(t.Context(), stet.Image{URL: name}); !stet.IsKind(err, stet.Invalid) {
			t.Errorf("%s: %v; want Invalid", name, err)
		}
	}
}

func TestGetBelowABase(t *testing.T) {
	url := serve(t, map[string]http.HandlerFunc{"/assets/in/a.png": bytesOf(dot(t), "image/png")})
	s := source(t, picture.Config{Assets: url + "/assets", Addresses: loopback})
	if _, err := s.Get(t.Context(), stet.Image{URL: "in/a.png"}); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), stet.Image{URL: "../../in/a.png?x"}); err != nil {
		t.Errorf("what leads out of the base stays below it: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, stet.Image{URL: "in/a.png"}); !stet.IsKind(err, stet.Unavailable) {
		t.Errorf("cancelled: %v", err)
	}
}
