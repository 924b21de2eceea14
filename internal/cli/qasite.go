package cli

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"stet/internal/policy"
	"stet/internal/qa"
)

// beside is what an article's file can know of its site: the Markdown files that it links to by their place in the folder,
// as site generators take such links. How other addresses come about only the generator knows.
type beside struct{ folder string }

// siteOf is the site of a file; of standard input and of events nothing is known.
func siteOf(file string, p piece) qa.Site {
	if file == "-" || p.places == nil {
		return policy.NoSite
	}
	return beside{filepath.Dir(file)}
}

// Internal implements qa.Site.
func (b beside) Internal(address string) bool { return b.path(address) != "" }

// Page implements qa.Site.
func (b beside) Page(address string) (exists bool, redirect string, known bool) {
	path := b.path(address)
	if path == "" {
		return false, "", false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular(), "", true
}

// path is the file that an address names; empty where it names none.
func (b beside) path(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "@") {
		return ""
	}
	name := strings.TrimSuffix(u.Path, "/") // pages are asked for with and without it
	switch strings.ToLower(filepath.Ext(name)) {
	case ".md", ".markdown":
		return filepath.Join(b.folder, filepath.FromSlash(name))
	}
	return ""
}
