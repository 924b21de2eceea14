package page

import (
	"slices"
	"strings"
	"time"
)

// dated are the names under which site generators keep the day an article came out, and the day it was last changed.
var (
	published = []string{"date", "published", "published_at", "publish_date", "pubDate", "datePublished"}
	modified  = []string{"updated", "updated_at", "lastmod", "last_modified_at", "updatedDate", "modified", "dateModified"}
)

// metaDates looks at the dates that an article has: that they can be read, and that it was not changed before it came out.
func (l *look) metaDates() {
	out, outName, anyOut := l.date(published)
	changed, changedName, anyChanged := l.date(modified)
	if l.Doc.PublishAt != "" {
		anyOut = true
		if t, ok := day(l.Doc.PublishAt); ok {
			out, outName = t, "publish_at"
		} else {
			l.badDate("publish_at", l.Doc.PublishAt)
		}
	}
	if !anyOut && !anyChanged {
		if is(l.Required) {
			l.field("publish_at", "", fault{message: "The article has no date.", remedy: "Add the day it comes out.", values: values{}})
		} else {
			l.idle()
		}
		return
	}
	if !out.IsZero() && !changed.IsZero() && changed.Before(out) && changed.Format(time.DateOnly) != out.Format(time.DateOnly) {
		l.field(changedName, changed.Format(time.DateOnly), fault{"%{name} is %{changed}, before %{other} (%{out}).", "Correct one of the two.",
			values{"name": changedName, "changed": changed.Format(time.DateOnly), "other": outName, "out": out.Format(time.DateOnly)}, ""})
	}
	if !changed.IsZero() && !l.Now.IsZero() && changed.After(l.Now.Add(24*time.Hour)) {
		l.field(changedName, changed.Format(time.DateOnly), fault{"%{name} is %{changed}, which is yet to come.", "Correct it.",
			values{"name": changedName, "changed": changed.Format(time.DateOnly)}, ""})
	}
}

// date is the first date of the names that the document's fields have.
func (l *look) date(names []string) (t time.Time, name string, any bool) {
	for _, name := range names {
		value, has := l.Doc.Fields[name]
		if !has || value == nil {
			continue
		}
		text, isText := value.(string)
		t, ok := day(text)
		if !isText || !ok {
			l.badDate(name, text)
		}
		return t, name, true
	}
	return time.Time{}, "", false
}

func (l *look) badDate(name, text string) {
	l.field(name, text, fault{"%{name} is “%{date}”, which is no date.", "Write it as 2026-01-31 or 2026-01-31T09:00:00Z.", values{"name": name, "date": short(text)}, ""})
}

var layouts = []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04Z07:00"}

// day reads a date in ISO 8601, with or without a time.
func day(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for layout := range slices.Values(layouts) {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// dateText is a day as it is written; empty where there is none.
func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
