package wordpress

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"stet"
)

// wantPlace notes where a document goes among the others: below which parent, and in which language.
func (s *site) wantPlace(out *wanted, doc stet.Document) error {
	if s.opt.parent != "" {
		id, decided, err := parentOf(s.opt.parent, doc)
		if err != nil {
			return err
		}
		if decided {
			out.parent, out.parts[partParent] = id, partOf(id)
		}
	}
	if s.opt.languageParam != "" && doc.Locale != "" {
		out.language = s.languageOf(doc.Locale)
		out.parts[partLanguage] = partOf(out.language)
	}
	return nil
}

// parentOf is the number of the parent: the option's, or that in the field it names. A document without the field
// leaves its parent to people.
func parentOf(option string, doc stet.Document) (id int, decided bool, err error) {
	name, isField := strings.CutPrefix(option, fieldPrefix)
	if !isField {
		id, err = strconv.Atoi(option)
		return id, true, err
	}
	v, has := doc.Fields[name]
	if !has || v == nil || v == "" {
		return 0, false, nil
	}
	if f, number := v.(float64); number {
		v = json.Number(strconv.FormatFloat(f, 'f', -1, 64))
	}
	if id, err = strconv.Atoi(fmt.Sprint(v)); err != nil || id < 0 {
		e := notApplied(stet.Invalid, "parent_invalid", "the field %q has %q, which is not the number of a page in WordPress", name, fmt.Sprint(v))
		e.Pointer = "/fields/" + name
		return 0, false, e
	}
	return id, true, nil
}

// languageOf is the code that the site has for a locale: that of the option languages, else the language without its
// region, as most sites have it.
func (s *site) languageOf(locale string) string {
	if code, named := s.opt.languages[locale]; named {
		return code
	}
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	return strings.ToLower(language)
}

// inPlace adds parent and language to what is sent. WordPress looks for a free slug among the children of the parent that
// it is told in the same request, so it is always told.
func (s *site) inPlace(body map[string]any, want wanted) {
	if want.parts[partParent] != free {
		body["parent"] = want.parent
	}
	if want.language != "" {
		body[s.opt.languageParam] = want.language
	}
}
