package page

import (
	"path"
	"strings"
	"unicode/utf8"

	"stet/internal/prose"
)

// imageAlt wants a text for every picture, for those who do not see it.
func (l *look) imageAlt() {
	if len(l.Body.Images) == 0 && l.Doc.Hero == nil {
		l.idle()
	}
	for i := range l.Body.Images {
		image := &l.Body.Images[i]
		if problem, remedy := l.badAlt(image.Alt, image.HasAlt, image.Source); problem != "" && !l.decorative(image) {
			l.body(image.Span, fault{problem, remedy, l.altValues(image.Alt, image.Source), ""})
		}
	}
	if hero := l.Doc.Hero; hero != nil {
		if problem, remedy := l.badAlt(hero.Alt, true, hero.URL); problem != "" {
			l.field("hero_alt", hero.Alt, fault{problem, remedy, l.altValues(hero.Alt, hero.URL), hero.URL})
		}
	}
}

func (l *look) altValues(alt, source string) values {
	v := values{"alt": short(alt), "source": short(source), "count": utf8.RuneCountInString(alt)}
	if l.Max != nil {
		v["max"] = *l.Max
	}
	return v
}

// decorative reports whether an HTML picture says by alt="" that it shows nothing of importance.
func (l *look) decorative(image *prose.Image) bool {
	return is(l.Decorative) && image.HasAlt && image.Alt == "" && strings.HasPrefix(l.Body.Source[image.Span.Start:], "<")
}

func (l *look) badAlt(alt string, has bool, source string) (problem, remedy string) {
	text := strings.TrimSpace(alt)
	switch {
	case !has || text == "":
		return "The picture %{source} has no text for those who do not see it.", "Say in its alternative text what it shows."
	case isFileName(text, source):
		return "The alternative text “%{alt}” is the name of a file.", "Say what the picture shows."
	case over(utf8.RuneCountInString(text), l.Max):
		return "The alternative text has %{count} characters; at most %{max} are listened to.", "Say the gist here and the rest in the text."
	}
	return "", ""
}

// isFileName reports whether a text is the name of a picture's file.
func isFileName(text, source string) bool {
	switch strings.ToLower(path.Ext(text)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp", ".tiff":
		return !strings.ContainsAny(text, " ")
	}
	base := path.Base(source)
	return strings.TrimSuffix(base, path.Ext(base)) == text && strings.ContainsAny(text, "_-0123456789") && !strings.Contains(text, " ")
}
