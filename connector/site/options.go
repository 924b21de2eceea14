package site

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"golang.org/x/text/language"

	"stet"
)

// options are the settings of a target, checked.
type options struct {
	path        string
	base        *url.URL // ends in a slash; nil: the address is not known
	title       string
	description string
	language    string
	format      string
	flavor      string
	themeCSS    string
}

func parseOptions(in map[string]string) (options, error) {
	opt := options{
		path:        in["path"],
		title:       in["title"],
		description: in["description"],
		language:    in["language"],
		format:      in["format"],
		flavor:      in["flavor"],
		themeCSS:    in["theme_css"],
	}
	if opt.path == "" {
		return opt, wrongOption("path", "names no folder; set it to the folder to write to")
	}
	path, err := filepath.Abs(opt.path)
	if err != nil {
		return opt, wrongOption("path", fmt.Sprintf("%q cannot be made absolute: %v", opt.path, err))
	}
	opt.path = path
	if opt.base, err = parseBase(in["base_url"]); err != nil {
		return opt, err
	}
	if opt.base == nil && opt.format == formatHTML {
		return opt, wrongOption("base_url", "is empty; a website needs its public address, such as https://example.com/, for canonical links, the feed and the sitemap")
	}
	tag, err := language.Parse(opt.language)
	if err != nil {
		return opt, wrongOption("language", fmt.Sprintf("%q is not a BCP 47 language such as en or pt-BR", opt.language))
	}
	opt.language = tag.String()
	return opt, nil
}

func parseBase(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, wrongOption("base_url", fmt.Sprintf("%q is not an address such as https://example.com/blog/", text))
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, wrongOption("base_url", fmt.Sprintf("%q has a user, a query or a fragment; leave them out", u.Redacted()))
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

func wrongOption(name, what string) error {
	e := stet.Errorf(stet.Configuration, "site_option", "The option %s %s.", name, what)
	e.Pointer = "/" + name
	return e
}

// root is the path of the address: every link inside the site begins with it.
func (o options) root() string {
	if o.base == nil {
		return "/"
	}
	return o.base.EscapedPath()
}

// absolute is the address of a path inside the site; empty where the site's own is not known.
func (o options) absolute(path string) string {
	if o.base == nil {
		return ""
	}
	return o.base.ResolveReference(&url.URL{Path: o.base.Path + path}).String()
}

// link is the path of a page inside the site, from the root of its host, escaped.
func (o options) link(path string) string { return o.root() + (&url.URL{Path: path}).EscapedPath() }
