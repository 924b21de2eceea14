package page

import (
	"sort"
	"strings"

	"stet/internal/prose"
)

// vague are texts of links that say nothing of where they go, in some languages of the web.
var vague = []string{
	"here", "click here", "click", "link", "this link", "this", "this page", "more", "read more", "learn more", "see more", "see here", "details",
	"hier", "hier klicken", "mehr", "weiterlesen", "mehr erfahren", "ici", "cliquez ici", "en savoir plus", "lire la suite",
	"aquí", "haz clic aquí", "leer más", "más información", "qui", "clicca qui", "leggi tutto", "aqui", "clique aqui", "saiba mais",
}

// linkText wants the text of a link to tell where it goes.
func (l *look) linkText() {
	bad := map[string]bool{}
	for _, text := range l.Texts {
		bad[text] = true
	}
	any := false
	for i := range l.Body.Links {
		link := &l.Body.Links[i]
		if link.Broken || link.Auto {
			continue
		}
		any = true
		v := values{"text": short(link.Plain), "target": short(link.Target)}
		around := l.sentence(link)
		switch text := spoken(link.Plain); {
		case bad[text]:
			l.body(link.Span, fault{"The link text “%{text}” does not tell where it goes.", "Use the words that name the page.", v, around})
		case text == "" && strings.TrimSpace(link.Plain) == "" && !l.pictured(link) && link.Target != "":
			l.body(link.Span, fault{"The link to %{target} has no text.", "Add a text that names the page, or remove the link.", v, around})
		}
	}
	if !any {
		l.idle()
	}
}

// spoken is a text as it is said: lower case, without punctuation around its words.
func spoken(text string) string {
	var words []string
	for _, b := range prose.Plain(text).Blocks {
		for _, w := range b.Words {
			words = append(words, w.Fold)
		}
	}
	return strings.Join(words, " ")
}

// pictured reports whether a link holds a picture with a text of its own.
func (l *look) pictured(link *prose.Link) bool {
	images := l.Body.Images
	first := sort.Search(len(images), func(i int) bool { return images[i].Span.Start >= link.Span.Start })
	for _, image := range images[first:] {
		if image.Span.Start >= link.Span.End {
			break
		}
		if strings.TrimSpace(image.Alt) != "" {
			return true
		}
	}
	return false
}

// sentence is the text of the block that a link stands in, up to its first 200 bytes, to know it by.
func (l *look) sentence(link *prose.Link) string { return cut(l.block(link.Block).Plain) }
