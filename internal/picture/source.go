package picture

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"stet"
	"stet/internal/httpclient"
)

// Config says where pictures may come from.
type Config struct {
	Assets    string         // what a relative address is below: a URL or a folder; empty: none is taken
	Addresses []netip.Prefix // addresses that pictures may come from although they are not public
	CAFile    string         // PEM certificates to trust besides the system's
}

// Source gets pictures. It may be used from several goroutines.
type Source struct {
	conf Config
	base *url.URL // of relative addresses; nil: a folder, or none
	pace *httpclient.Pace

	mu      sync.Mutex
	clients map[string]*httpclient.Client // by scheme and host
}

const (
	maxHosts     = 64 // clients that are kept
	maxRedirects = 3
	atATime      = 4
	timeout      = 30 * time.Second
)

// New checks the configuration. The error is of kind Configuration.
func New(conf Config) (*Source, error) {
	s := &Source{conf: conf, pace: httpclient.NewPace(atATime, 0), clients: map[string]*httpclient.Client{}}
	if strings.HasPrefix(conf.Assets, "http://") || strings.HasPrefix(conf.Assets, "https://") {
		base, err := url.Parse(conf.Assets)
		if err != nil || base.Host == "" || base.User != nil {
			return nil, stet.Errorf(stet.Configuration, "assets", "the base of relative pictures is not a URL such as https://example.com/assets/")
		}
		if !strings.HasSuffix(base.Path, "/") {
			base = base.JoinPath("/")
		}
		s.base = base
	}
	return s, nil
}

// Takes reports whether Get would look for a picture at this address: an absolute one of http or https, or a relative
// one where there is a base for it. It asks nobody.
func (s *Source) Takes(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil:
		return false
	case u.Scheme == "http" || u.Scheme == "https":
		return u.Host != ""
	case u.Scheme != "" || u.Host != "" || u.Path == "":
		return false
	}
	return s.conf.Assets != ""
}

// Get gets one picture. Where the image names a hash, the bytes must have it. The error is of kind Invalid where the
// picture, or its address, is refused for good; of kind Unavailable where it may be had later.
func (s *Source) Get(ctx context.Context, img stet.Image) (Picture, error) {
	data, err := s.bytes(ctx, strings.TrimSpace(img.URL))
	if err != nil {
		return Picture{}, err
	}
	p, err := inspect(short(img.URL), data)
	if err == nil && img.SHA256 != "" && !strings.EqualFold(img.SHA256, p.SHA256) {
		return Picture{}, refuse("image_hash", "%s is not the one that the document means: its SHA-256 is %s, not %s", short(img.URL), p.SHA256, img.SHA256)
	}
	return p, err
}

func (s *Source) bytes(ctx context.Context, address string) ([]byte, error) {
	if !s.Takes(address) {
		return nil, refuse("image_address", "%s has no address that it could be had from", short(address))
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, refuse("image_address", "%s has an address that cannot be read", short(address))
	}
	if u.IsAbs() {
		return s.fetch(ctx, u)
	}
	if s.base == nil {
		return s.open(u.Path)
	}
	at := s.base.ResolveReference(&url.URL{Path: strings.TrimLeft(path.Clean("/"+u.Path), "/"), RawQuery: u.RawQuery})
	return s.fetch(ctx, at)
}

// open reads a file below the folder, and by no link outside of it.
func (s *Source) open(name string) ([]byte, error) {
	root, err := os.OpenRoot(s.conf.Assets)
	if err != nil {
		return nil, stet.Errorf(stet.Configuration, "assets", "the folder of pictures cannot be opened: %w", err)
	}
	defer root.Close()
	name = strings.TrimLeft(path.Clean("/"+name), "/")
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, refuse("image_missing", "%s is not in the folder of pictures", name)
	case err != nil || !info.Mode().IsRegular():
		return nil, refuse("image_missing", "%s is not a file within the folder of pictures", name)
	case info.Size() > MaxBytes:
		return nil, tooLarge(name)
	}
	data, err := root.ReadFile(name)
	if err != nil {
		return nil, stet.Errorf(stet.Unavailable, "image_unreadable", "the picture %s cannot be read: %w", name, err)
	}
	if len(data) > MaxBytes {
		return nil, tooLarge(name)
	}
	return data, nil
}

func tooLarge(name string) error {
	return stet.Errorf(stet.TooLarge, "image_too_large", "the picture %s has more than %d bytes; send a smaller one", short(name), MaxBytes)
}

// short is an address fit for a message: without its query, which may hold a token, and not too long.
func short(address string) string {
	address, _, _ = strings.Cut(cmp.Or(address, "(no address)"), "?")
	if len(address) > 200 {
		address = address[:200] + "..."
	}
	return strings.ToValidUTF8(address, "")
}
