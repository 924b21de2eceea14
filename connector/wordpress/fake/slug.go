package fake

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// sanitizeTitle is sanitize_title: lower case, accents folded, other scripts percent-encoded, at most 200 bytes.
func sanitizeTitle(s string) string {
	s = decoded(s)
	var b strings.Builder
	for _, c := range strings.ToLower(norm.NFD.String(s)) {
		switch {
		case unicode.Is(unicode.Mn, c) && c < 0x370:
		case c == '_' || c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			b.WriteRune(c)
		case c == ' ' || c == '/' || c == '-' || c == '.' || c == '\u00a0' || c == '–' || c == '—':
			b.WriteByte('-')
		case c >= utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c) || unicode.IsSymbol(c)):
			b.WriteString(strings.ToLower(url.PathEscape(norm.NFC.String(string(c)))))
		}
	}
	slug := b.String()
	for strings.Contains(slug, "--") {
		slug = strings.ReplaceAll(slug, "--", "-")
	}
	return truncate(strings.Trim(slug, "-"), 200)
}

// truncate cuts between characters, which are three bytes each where they are encoded.
func truncate(slug string, limit int) string {
	if len(slug) <= limit {
		return slug
	}
	cut := slug[:limit]
	if i := strings.LastIndexByte(cut, '%'); i >= 0 && i > limit-3 {
		cut = cut[:i]
	}
	for !utf8.ValidString(decoded(cut)) {
		cut = cut[:len(cut)-3]
	}
	return strings.TrimRight(cut, "-")
}

var feeds = []string{"feed", "rdf", "rss", "rss2", "atom", "embed"}

// chooseSlug is where a taken slug is changed without a word. A draft whose status or slug is not in the request is not looked
// at, and the check and the row that follows it are not one step: both let true duplicates in. The caller holds the lock.
func (s *Server) chooseSlug(p *Post, given bool) {
	if p.Status == "" {
		p.Status = "draft"
		return
	}
	if (p.Status == "draft" || p.Status == "pending") && !given {
		return
	}
	if p.Slug == "" {
		if p.Status == "draft" || p.Status == "pending" || p.Status == "trash" {
			return
		}
		p.Slug = sanitizeTitle(p.Title)
		if p.Slug == "" && p.ID != 0 {
			p.Slug = itoa(p.ID)
		}
	}
	if p.Status == "trash" || strings.HasSuffix(p.Slug, "__trashed") {
		return
	}
	wanted := p.Slug
	for n := 2; s.taken(p) || reserved(p.Slug); n++ {
		suffix := fmt.Sprintf("-%d", n)
		p.Slug = truncate(wanted, 200-len(suffix)) + suffix
	}
}

func reserved(slug string) bool {
	return slices.Contains(feeds, slug) || strings.Trim(slug, "0123456789") == "" && slug != ""
}

// taken: posts by their type, pages by their parent and with attachments, attachments with everything.
func (s *Server) taken(p *Post) bool {
	for _, other := range s.posts {
		if other.ID == p.ID || other.Slug != p.Slug {
			continue
		}
		same := other.Type == p.Type && (p.Type != "page" || other.Parent == p.Parent)
		attached := p.Type == "page" && other.Type == "attachment" && other.Parent == p.Parent
		if same || attached || p.Type == "attachment" {
			return true
		}
	}
	return false
}
