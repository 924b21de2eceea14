// Package stet holds the words of the product: content, revisions, targets, outcomes, events and errors.
// It imports nothing of ours, so every other package may speak them.
package stet

import (
	"regexp"
	"time"
)

// MaxVersion is the largest version a source may send: the largest integer JSON carries exactly (RFC 8259, 6).
const MaxVersion = 1<<53 - 1

// Key names one publication: one content at one target.
type Key struct {
	ContentID string `json:"content_id"`
	Target    string `json:"target"`
}

func (k Key) String() string { return k.ContentID + "@" + k.Target }

var (
	contentID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$`)
	name      = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
)

// ValidContentID reports whether s can name a content: 1 to 200 of letters, digits and . _ : / @ -, starting with a
// letter or digit.
func ValidContentID(s string) bool { return contentID.MatchString(s) }

// ValidName reports whether s can name a source, a target or a token: 1 to 63 of a-z, 0-9, _ and -.
func ValidName(s string) bool { return name.MatchString(s) }

// Millis is t in milliseconds since 1970, the form times have in the store; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the inverse of Millis, in UTC.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
