package page

import (
	"strings"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
)

// headings are the indices of the headings that stand in no quote.
func (l *look) headings() (list []int) {
	for _, s := range l.Body.Sections {
		if s.Heading >= 0 {
			list = append(list, s.Heading)
		}
	}
	return list
}

func (l *look) block(i int) *prose.Block { return &l.Body.Blocks[i] }

// singleH1 wants one heading of level 1 on the page. Where the page shows the title as such, the text must have none;
// where it does not, the text must have one.
func (l *look) singleH1() {
	headings := l.headings()
	titled := is(l.TitleIsH1) && strings.TrimSpace(l.Doc.Title) != ""
	allowed := 1
	if titled {
		allowed = 0
	}
	count, title := 0, spoken(l.Doc.Title)
	for at, i := range headings {
		h := l.block(i)
		if h.Level != 1 {
			continue
		}
		if count++; count <= allowed {
			continue
		}
		f := fault{"“%{heading}” is another heading of level 1.", "Make it level 2, with what is below it one level deeper.", values{"heading": short(h.Plain)}, h.Plain}
		if titled {
			f.message = "“%{heading}” is a heading of level 1, as the title “%{title}” is already."
			f.values["title"] = short(l.Doc.Title)
			if title == spoken(h.Plain) {
				f.message, f.remedy = "The heading “%{heading}” says the title once more.", "Remove it; the page shows the title already."
			}
		}
		found := l.body(h.Span, f)
		edits, whole := l.shift(headings, at, 1, 1)
		l.offer(found, "replace", "Move the heading and what is below it one level down", whole, edits...)
	}
	switch {
	case titled && len(headings) == 0:
		l.idle()
	case !titled && count == 0:
		l.top(fault{message: "The page has no heading of level 1.", remedy: "Begin with a heading of level 1, or give the article a title.", values: values{}})
	}
}

// shift edits the marks of a heading, and of those after it up to one of the level above, or one above the heading itself,
// to other levels. Whole tells that all of them could be changed, so that they stay as they are to one another.
func (l *look) shift(headings []int, at, above, by int) (edits []qa.Edit, whole bool) {
	level := l.block(headings[at]).Level
	for n, i := range headings[at:] {
		h := l.block(i)
		if n > 0 && (h.Level <= above || h.Level < level) {
			break
		}
		marks := l.Body.Source[h.Span.Start:min(h.Span.End, h.Span.Start+h.Level)]
		if to := h.Level + by; to < 1 || to > 6 || strings.Trim(marks, "#") != "" || len(marks) < h.Level {
			return nil, false // underlined or HTML, or there is no such level
		}
		edits = append(edits, qa.Edit{Start: h.Span.Start, End: h.Span.Start + h.Level, Text: strings.Repeat("#", h.Level+by)})
	}
	return edits, true
}

// headingSkip wants every heading at most one level below the one before it.
func (l *look) headingSkip() {
	headings := l.headings()
	if len(headings) == 0 {
		l.idle()
		return
	}
	last := 0
	if is(l.TitleIsH1) && strings.TrimSpace(l.Doc.Title) != "" {
		last = 1
	}
	for at, i := range headings {
		h := l.block(i)
		if last > 0 && h.Level > last+1 {
			found := l.body(h.Span, fault{
				"“%{heading}” is a heading of level %{level} after one of level %{last}.", "Make it level %{want}.",
				values{"heading": short(h.Plain), "level": h.Level, "last": last, "want": last + 1}, h.Plain})
			edits, whole := l.shift(headings, at, last, last+1-h.Level)
			l.offer(found, "replace", "Move the heading and what is below it up", whole && l.alone(headings, at, last), edits...)
		}
		last = h.Level
	}
}

// alone reports whether no heading between a skipping one and the next of the level above stands between the two levels:
// such a one is its parent now, and would be its neighbour.
func (l *look) alone(headings []int, at, above int) bool {
	level := l.block(headings[at]).Level
	for _, i := range headings[at+1:] {
		switch h := l.block(i); {
		case h.Level <= above:
			return true
		case h.Level < level:
			return false
		}
	}
	return true
}

func (l *look) headingLength() {
	headings := l.headings()
	if len(headings) == 0 {
		l.idle()
	}
	for _, i := range headings {
		h := l.block(i)
		if n := utf8.RuneCountInString(h.Plain); over(n, l.Max) {
			l.body(h.Span, fault{"The heading has %{count} characters; at most %{max} are read at a glance.", "Shorten it to what the section says.",
				values{"count": n, "max": *l.Max}, h.Plain})
		}
	}
}

// emptySection wants something below every heading, be it another heading.
func (l *look) emptySection() {
	sections := l.Body.Sections
	if len(sections) < 2 {
		l.idle()
	}
	for i, s := range sections {
		if s.Heading < 0 {
			continue
		}
		end := l.sectionEnd(i)
		if end > s.Heading+1 && l.shows(s.Heading+1, end) || i+1 < len(sections) && sections[i+1].Level > s.Level {
			continue
		}
		h := l.block(s.Heading)
		l.body(h.Span, fault{"Nothing stands below the heading “%{heading}”.", "Write the section, or remove its heading.", values{"heading": short(h.Plain)}, h.Plain})
	}
}

// shows reports whether one of the blocks is something to be seen; a comment is not.
func (l *look) shows(from, to int) bool {
	for i := from; i < to; i++ {
		b := l.block(i)
		raw := strings.TrimSpace(l.Body.Source[b.Span.Start:b.Span.End])
		if b.Kind != prose.HTML || !(strings.HasPrefix(raw, "<!--") && strings.HasSuffix(raw, "-->")) {
			return true
		}
	}
	return false
}

// questionHeadings wants headings that ask what a reader asks.
func (l *look) questionHeadings() {
	headings := l.headings()
	if len(headings) < *l.From {
		l.idle()
		return
	}
	count := 0
	for _, i := range headings {
		if asks(l.block(i).Plain) {
			count++
		}
	}
	if under(count, l.Min) {
		l.top(fault{message: "%{count} of %{headings} headings ask a question; at least %{min} should.",
			remedy: "Put a heading as the question that its section answers.", values: values{"count": count, "headings": len(headings), "min": *l.Min}})
	}
}

// asks reports whether a heading ends as a question, in any script.
func asks(heading string) bool {
	heading = strings.TrimRight(heading, " \t\"')”’»")
	for _, mark := range []string{"?", "？", "؟", ";"} { // the last is the Greek question mark
		if strings.HasSuffix(heading, mark) {
			return true
		}
	}
	return false
}
