package wordpress

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/block"
	"stet/internal/httpclient"
	"stet/internal/picture"
)

var yesNo = []string{"yes", "no"}

var settings = []connector.Option{
	{Name: "url", Required: true, Help: "The address of the site, such as https://example.com/blog; its API is found from there."},
	{Name: "user", Required: true, Help: "The login or e-mail address of the account that stet writes with."},
	{Name: "password", Required: true, Secret: true, Help: "An application password of that account (Users, Profile, Application Passwords)."},
	{Name: "post_type", Default: "posts", Help: "Where items are made: posts, pages, or the REST base of a custom post type."},
	{Name: "body", Default: "blocks", OneOf: []string{"blocks", "html"}, Help: "blocks writes the markup of the block editor, html plain HTML for the classic one."},
	{Name: "html", Default: "safe", OneOf: []string{"safe", "trusted"}, Help: "safe keeps the HTML that every author may write; trusted sends it as it is and needs the right unfiltered_html."},
	{Name: "shortcodes", Default: "no", OneOf: yesNo, Help: "Whether [words in brackets] of a text may be run as shortcodes."},
	{Name: "categories", Default: "categories", Help: "The REST base of the taxonomy for the categories of a document; none to leave it alone."},
	{Name: "tags", Default: "tags", Help: "The REST base of the taxonomy for the tags of a document; none to leave it alone."},
	{Name: "authors", Help: "Which author of a document is which user: Ada Lovelace=3, Grace Hopper=7. Others leave the author as it is."},
	{Name: "seo", Default: "auto", OneOf: []string{"auto", "yoast", "rankmath", "none"}, Help: "Whose meta keys get title and description for search engines; auto writes those that are registered and compares none."},
	{Name: "fields", Help: "Which field of a document goes into which registered meta key: subtitle=my_subtitle, rating=my_rating."},
	{Name: "images", Default: "upload", OneOf: []string{"upload", "keep"}, Help: "upload puts the pictures of a document, the featured one too, into the media library; keep leaves them where they are."},
	{Name: "assets", Path: true, Help: "What pictures without a host are below: a URL, or a folder. Without it they are left as they are."},
	{Name: "image_addresses", Help: "Private addresses that pictures may be fetched from: 10.1.2.3, 192.168.0.0/16. Without it, public ones only."},
	{Name: "parent", Help: "The page that pages are made below: its number, or field:NAME for the field of a document that holds it."},
	{Name: "language_param", Help: "By which parameter a plugin takes, and shows, the language of a post: lang with Polylang Pro. Without it, languages are left alone."},
	{Name: "languages", Help: "Which locale of a document is which language of the site: pt-BR=br, de-AT=de. Others are their first two or three letters."},
	{Name: "plugin", Default: "auto", OneOf: []string{"auto", "yes", "no"}, Help: "Whether to write through the companion plugin, which makes every write one fenced transaction; auto does where the site has it."},
	{Name: "allow_private", Default: "no", OneOf: yesNo, Help: "Whether the site may be at a private or loopback address, and speak plain http."},
	{Name: "ca_file", Help: "A PEM file with certificates to trust besides those of the system."},
	{Name: "concurrency", Default: "4", Help: "How many calls may run at a time."},
	{Name: "rate", Default: "10", Help: "How many calls may start in a second; 0 for no limit."},
}

// options are the settings of a target, checked.
type options struct {
	url, user, password string
	postType            string    // its REST base
	taxonomies          [2]string // REST bases for categories and tags; empty: left alone
	authors             map[string]int
	fields              map[string]string // meta key by field
	seo                 string
	plugin              string
	body                block.Options
	parent              string            // a number, or fieldPrefix and a name; empty: left alone
	languageParam       string            // empty: left alone
	languages           map[string]string // code by locale
	upload              bool
	pictures            picture.Config
	allowPrivate        bool
	caFile              string
	concurrency         int
	rate                float64
}

const fieldPrefix = "field:"

var restBase = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func parseOptions(in map[string]string) (options, error) {
	get := func(name string) string {
		if v, set := in[name]; set {
			return strings.TrimSpace(v)
		}
		for _, o := range settings {
			if o.Name == name {
				return o.Default
			}
		}
		return ""
	}
	opt := options{url: strings.TrimSuffix(get("url"), "/"), user: get("user"), password: get("password"), postType: get("post_type"), seo: get("seo"), plugin: get("plugin"),
		allowPrivate: get("allow_private") == "yes", caFile: get("ca_file"),
		body: block.Options{PlainHTML: get("body") == "html", Trusted: get("html") == "trusted", Shortcode: get("shortcodes") == "yes"}}
	switch opt.postType { // the names people know
	case "post", "page":
		opt.postType += "s"
	}
	for name, v := range map[string]string{"url": opt.url, "user": opt.user, "password": opt.password} {
		if v == "" {
			return opt, wrongOption(name, "is empty")
		}
	}
	if !restBase.MatchString(opt.postType) {
		return opt, wrongOption("post_type", fmt.Sprintf("%q is not the REST base of a post type, such as posts", opt.postType))
	}
	for i, name := range []string{"categories", "tags"} {
		v := get(name)
		if v == "none" || v == name && opt.postType == "pages" { // pages have neither, unless the site gives them some
			continue
		}
		if !restBase.MatchString(v) {
			return opt, wrongOption(name, fmt.Sprintf("%q is not the REST base of a taxonomy, such as %s", v, name))
		}
		opt.taxonomies[i] = v
	}
	return opt, opt.parseMore(get)
}

func (o *options) parseMore(get func(string) string) error {
	var err error
	o.upload = get("images") != "keep"
	o.body.NoData = o.upload
	o.pictures = picture.Config{Assets: get("assets"), CAFile: o.caFile}
	if o.pictures.Addresses, err = httpclient.ParseAddresses(get("image_addresses")); err != nil {
		return wrongOption("image_addresses", "is not a list of addresses: "+err.Error())
	}
	if o.fields, err = pairs("fields", get("fields")); err != nil {
		return err
	}
	authors, err := pairs("authors", get("authors"))
	if err != nil {
		return err
	}
	o.authors = map[string]int{}
	for name, id := range authors {
		if o.authors[name], err = strconv.Atoi(id); err != nil {
			return wrongOption("authors", fmt.Sprintf("gives %q the user %q, which is not the number of a user", name, id))
		}
	}
	o.parent, o.languageParam = get("parent"), get("language_param")
	if n, err := strconv.Atoi(o.parent); o.parent != "" && !strings.HasPrefix(o.parent, fieldPrefix) && (err != nil || n < 0) {
		return wrongOption("parent", fmt.Sprintf("is %q, which is neither the number of a page nor field:NAME", o.parent))
	}
	if o.languageParam != "" && !restBase.MatchString(o.languageParam) {
		return wrongOption("language_param", fmt.Sprintf("is %q, which is not the name of a parameter, such as lang", o.languageParam))
	}
	if o.languages, err = pairs("languages", get("languages")); err != nil {
		return err
	}
	if o.concurrency, err = strconv.Atoi(get("concurrency")); err != nil || o.concurrency < 1 {
		return wrongOption("concurrency", "is not a number of 1 or more")
	}
	if o.rate, err = strconv.ParseFloat(get("rate"), 64); err != nil || o.rate < 0 {
		return wrongOption("rate", "is not a number of 0 or more")
	}
	return nil
}

// pairs reads "a=b, c=d".
func pairs(option, list string) (map[string]string, error) {
	out := map[string]string{}
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		from, to, ok := strings.Cut(pair, "=")
		from, to = strings.TrimSpace(from), strings.TrimSpace(to)
		if !ok || from == "" || to == "" {
			return nil, wrongOption(option, fmt.Sprintf("has %q, which is not of the form name=value", strings.TrimSpace(pair)))
		}
		out[from] = to
	}
	return out, nil
}

func wrongOption(name, what string) error {
	e := stet.Errorf(stet.Configuration, "wordpress_option", "The option %s %s.", name, what)
	e.Pointer = "/" + name
	return e
}

// newClient makes the client of the whole host: where the API is below it is for the site to say.
func newClient(opt options, transport http.RoundTripper) (*httpclient.Client, error) {
	login := base64.StdEncoding.EncodeToString([]byte(opt.user + ":" + opt.password))
	return httpclient.New(httpclient.Config{
		Base:         opt.url,
		Header:       http.Header{"Authorization": {"Basic " + login}},
		Secrets:      []string{opt.password, strings.ReplaceAll(opt.password, " ", "")},
		AllowPrivate: opt.allowPrivate,
		CAFile:       opt.caFile,
		Pace:         httpclient.NewPace(opt.concurrency, opt.rate),
		Transport:    transport,
	})
}
