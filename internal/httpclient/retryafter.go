package httpclient

import (
	"net/http"
	"strings"
	"time"
)

const (
	minRetryAfter = time.Second
	maxRetryAfter = time.Hour
)

// RetryAfter reads the Retry-After header (RFC 9110, 10.2.3): whole seconds or a date, between a second and an hour,
// whatever the header says beyond them. A date is taken relative to the answer's own Date, so that a wrong clock at
// the target does no harm, and relative to now where there is none. It is 0 where the header is absent or unreadable.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if digits := strings.TrimPrefix(value, "-"); digits != "" && strings.Trim(digits, "0123456789") == "" {
		return seconds(value)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return clamp(at.Sub(now))
}

// seconds reads decimal digits of any length, with or without a minus sign.
func seconds(value string) time.Duration {
	if strings.HasPrefix(value, "-") {
		return minRetryAfter
	}
	value = strings.TrimLeft(value, "0")
	if len(value) > len("3600") {
		return maxRetryAfter
	}
	var n time.Duration
	for _, digit := range value {
		n = n*10 + time.Duration(digit-'0')
	}
	return clamp(n * time.Second)
}

func clamp(d time.Duration) time.Duration { return min(max(d, minRetryAfter), maxRetryAfter) }
