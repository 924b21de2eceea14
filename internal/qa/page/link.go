package page

import (
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// linkBroken looks at every link as far as that goes without a network: whether it has a target, whether the target is an
// address, and whether the site has the page. What stands at other sites is not asked here; where somebody has asked them
// (internal/linkcheck), the qa.Site is a qa.Outside too.
func (l *look) linkBroken() {
	if len(l.Body.Links) == 0 && len(l.Body.Images) == 0 {
		l.idle()
	}
	for i := range l.Body.Links {
		link := &l.Body.Links[i]
		if l.ignored(link.Target) || generated(link.Target) {
			continue
		}
		switch problem, remedy := brokenTarget(link); {
		case problem != "":
			l.body(link.Span, fault{problem, remedy, values{"target": short(link.Target), "text": short(link.Plain)}, ""})
		case l.internal(link.Target):
			l.page(link)
		case strings.HasPrefix(link.Target, "http://") || strings.HasPrefix(link.Target, "https://"):
			l.outside(link)
		}
	}
	for i := range l.Body.Images {
		image := &l.Body.Images[i]
		if strings.TrimSpace(image.Source) == "" {
			l.body(image.Span, fault{message: "The picture “%{alt}” has no address.", remedy: "Add the address, or remove the picture.", values: values{"alt": short(image.Alt)}})
		}
	}
}

// ignored reports whether a rule says to leave a target alone.
func (l *look) ignored(target string) bool {
	return slices.ContainsFunc(l.Ignore, func(pattern string) bool {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok && !strings.ContainsAny(prefix, "*?[") {
			return strings.HasPrefix(target, prefix) // * stands for slashes, too
		}
		matched, _ := path.Match(pattern, target)
		return matched || pattern == target
	})
}

// generated reports whether a site generator will make the target.
func generated(target string) bool {
	return strings.Contains(target, "{{") || strings.Contains(target, "{%") || strings.HasPrefix(target, "@")
}

// placeholders are targets that someone meant to fill in.
var placeholders = []string{"#", "todo", "tbd", "xxx", "url", "link", "http://", "https://", "http://example", "about:blank"}

// brokenTarget says what is wrong with a link by itself.
func brokenTarget(link *prose.Link) (problem, remedy string) {
	target := strings.TrimSpace(link.Target)
	if link.Broken {
		return "The text refers to [%{target}], which is defined nowhere.", "Define it ([%{target}]: https://…), or write the address here."
	}
	if target == "" || target == "<>" {
		return "The link “%{text}” has no target.", "Add the address, or make it plain text."
	}
	if slices.Contains(placeholders, strings.ToLower(target)) {
		return "The link “%{text}” goes to the placeholder “%{target}”.", "Put the address in."
	}
	if strings.ContainsAny(target, " \t\n") {
		return "The address “%{target}” has white space in it.", "Write a space in an address as %20."
	}
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return "“%{target}” is no address.", "Correct the address."
	case (u.Scheme == "http" || u.Scheme == "https") && (u.Host == "" || strings.Contains(u.Host, "..") || strings.HasPrefix(u.Host, ".")):
		return "The address “%{target}” has no host.", "Correct the address."
	case u.Scheme == "javascript" || u.Scheme == "vbscript" || u.Scheme == "file":
		return "The link “%{text}” goes to “%{target}”, which no reader can follow.", "Link to a page."
	case local(u.Hostname()):
		return "The link “%{text}” goes to “%{target}”, on the author's own machine.", "Put the public address in."
	}
	return "", ""
}

func local(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "0.0.0.0" || host == "::1" || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost")
}

// internal reports whether a target is a page of the site.
func (l *look) internal(target string) bool {
	return !strings.HasPrefix(target, "#") && !strings.HasPrefix(target, "mailto:") && !strings.HasPrefix(target, "tel:") && l.Site.Internal(target)
}

// page looks an internal link up. A link to a page that moved can be put right without any doubt.
func (l *look) page(link *prose.Link) {
	address, rest := split(link.Target)
	exists, redirect, known := l.lookUp(address)
	v := values{"target": short(link.Target), "text": short(link.Plain), "redirect": redirect}
	switch {
	case !known:
		l.unchecked("Whether the pages exist that some internal links go to was not checked; the site does not say.")
	case redirect != "":
		found := l.body(link.Span, fault{"The link “%{text}” goes to %{target}, which has moved to %{redirect}.", "Link to %{redirect}.", v, ""})
		if l.Body.Source[link.Address.Start:link.Address.End] == link.Target && plainAddress(redirect) && (rest == "" || !strings.ContainsAny(redirect, "?#")) {
			l.offer(found, "replace", "Link to "+redirect, true, qa.Edit{Start: link.Address.Start, End: link.Address.End, Text: redirect + rest})
		}
	case !exists:
		l.body(link.Span, fault{"The link “%{text}” goes to %{target}, which the site does not have.", "Correct the address, or remove the link.", v, ""})
	}
}

// outside looks an external link up, where other sites were asked.
func (l *look) outside(link *prose.Link) {
	asked, ok := l.Site.(qa.Outside)
	if !ok {
		return
	}
	broken, known := asked.Outside(link.Target)
	v := values{"target": short(link.Target), "text": short(link.Plain), "broken": broken}
	switch {
	case !known:
		l.unchecked("Whether all pages of other sites exist was not found out; some did not say.")
	case broken != "":
		l.body(link.Span, fault{"The link “%{text}” goes to %{target}, which %{broken}.", "Correct the address, or remove the link.", v, ""})
	}
}

// unchecked notes what could not be looked at.
func (l *look) unchecked(sentence string) {
	if !slices.Contains(l.result.Unchecked, sentence) {
		l.result.Unchecked = append(l.result.Unchecked, sentence)
	}
}

// split parts an address from its query and fragment, which do not tell pages apart.
func split(target string) (address, rest string) {
	if at := strings.IndexAny(target, "?#"); at >= 0 {
		return target[:at], target[at:]
	}
	return target, ""
}

// answer is what the site says of a page.
type answer struct {
	exists   bool
	redirect string
	known    bool
}

// maxPages is how many pages the site is asked for; each may cost it a look into its store.
const maxPages = 2000

// lookUp asks the site for a page, once in an article.
func (l *look) lookUp(address string) (exists bool, redirect string, known bool) {
	if a, asked := l.facts.pages[address]; asked {
		return a.exists, a.redirect, a.known
	}
	if len(l.facts.pages) >= maxPages {
		return false, "", false
	}
	if l.facts.pages == nil {
		l.facts.pages = map[string]answer{}
	}
	exists, redirect, known = l.ask(address)
	l.facts.pages[address] = answer{exists, redirect, known}
	return exists, redirect, known
}

// ask asks the site for a page, with and without the slash at the end of its address, by which sites differ.
func (l *look) ask(address string) (exists bool, redirect string, known bool) {
	exists, redirect, known = l.Site.Page(address)
	if !known || exists || redirect != "" {
		return exists, redirect, known
	}
	other, slashed := strings.CutSuffix(address, "/")
	if !slashed {
		other = address + "/"
	}
	if other == "" {
		return exists, redirect, known
	}
	return l.Site.Page(other)
}

// plainAddress reports whether an address may stand anywhere in Markdown and HTML as it is.
func plainAddress(address string) bool {
	return address != "" && !strings.ContainsAny(address, " \t\r\n()<>[]\"'`\\&|{}*")
}

// internalLinkMin wants links to other pages of the site in an article of some length.
func (l *look) internalLinkMin() {
	if l.Body.Words < *l.From {
		l.idle()
		return
	}
	count := 0
	if _, _, known := l.Site.Page("/"); !known && slices.ContainsFunc(l.Body.Links, func(link prose.Link) bool { return strings.Contains(link.Target, "://") }) {
		l.idle()
		l.unchecked("Whether the article links to other pages of its site was not checked; the site's address is not known.")
		return
	}
	for _, link := range l.Body.Links {
		if !link.Broken && (l.internal(link.Target) || relative(link.Target) || generated(link.Target)) {
			count++
		}
	}
	if under(count, l.Min) {
		l.top(fault{message: "The article of %{words} words has %{links} to other pages of the site; at least %{min} is wanted.", remedy: "Link to what a reader will want next.",
			values: values{"words": l.Body.Words, "links": plural(count, "link"), "min": *l.Min}})
	}
}

// relative reports whether a target names a page without its site.
func relative(target string) bool {
	u, err := url.Parse(target)
	return err == nil && u.Scheme == "" && u.Host == "" && u.Path != ""
}

// fragmentMissing wants a place in the article for every link to a fragment of it.
func (l *look) fragmentMissing() {
	any := false
	for i := range l.Body.Links {
		link := &l.Body.Links[i]
		name, found := strings.CutPrefix(link.Target, "#")
		if !found || name == "" || link.Broken || l.ignored(link.Target) || strings.HasPrefix(name, ":~:") || generated(name) {
			continue
		}
		any = true
		if l.anchored(name) {
			continue
		}
		near := l.near(name)
		f := fault{"The link “%{text}” goes to #%{fragment}, which the article does not have.", "Link to the fragment of a heading, or add an id.",
			values{"text": short(link.Plain), "fragment": short(name), "near": near}, ""}
		if near != "" {
			f.remedy = "Link to #%{near}."
		}
		finding := l.body(link.Span, f)
		if near != "" && link.Address.End > link.Address.Start {
			l.offer(finding, "replace", "Link to #"+near, strings.EqualFold(near, name), qa.Edit{Start: link.Address.Start, End: link.Address.End, Text: "#" + near})
		}
	}
	if !any {
		l.idle()
	}
}

// lineNumber is a fragment by which forges go to lines: L10, L10-L12, L10C3-L12C1.
var lineNumber = regexp.MustCompile(`^L\d+(?:(?:C\d+)?-L\d+(?:C\d+)?)?$`)

// anchored reports whether the article has a fragment. Browsers go to the top for #top, and forges to lines for #L10.
func (l *look) anchored(name string) bool {
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	if _, ok := l.Body.Anchors[name]; ok || strings.EqualFold(name, "top") {
		return true
	}
	return lineNumber.MatchString(name)
}

// near is the only fragment that differs in case, or else in punctuation.
func (l *look) near(name string) string {
	if l.facts.anchors == nil {
		l.facts.anchors = map[string][]string{}
		for _, anchor := range slices.Sorted(maps.Keys(l.Body.Anchors)) {
			l.facts.anchors[letters(anchor)] = append(l.facts.anchors[letters(anchor)], anchor)
		}
	}
	list := l.facts.anchors[letters(name)]
	like := slices.DeleteFunc(slices.Clone(list[:min(len(list), 10)]), func(s string) bool { return !strings.EqualFold(s, name) })
	switch {
	case len(like) == 1:
		return like[0]
	case len(list) == 1:
		return list[0]
	}
	return ""
}

var unspoken = strings.NewReplacer("-", "", "_", "", ".", "")

func letters(s string) string { return strings.ToLower(unspoken.Replace(s)) }

// orphanAnchor looks for anchors made by hand, <a id="x"></a>, that nothing in the article links to.
func (l *look) orphanAnchor() {
	linked := map[string]bool{}
	for _, link := range l.Body.Links {
		if name, found := strings.CutPrefix(link.Target, "#"); found {
			linked[name] = true
		}
	}
	any := false
	for _, name := range slices.Sorted(maps.Keys(l.Body.Anchors)) {
		span := l.Body.Anchors[name]
		if tag := strings.ToLower(l.Body.Source[span.Start:span.End]); !strings.HasPrefix(tag, "<a ") || strings.Contains(tag, "href") {
			continue
		}
		any = true
		if !linked[name] {
			l.body(span, fault{message: "Nothing in the article links to the anchor #%{name}.", remedy: "Link to it, or remove it if no other page does.", values: values{"name": short(name)}})
		}
	}
	if !any {
		l.idle()
	}
}
