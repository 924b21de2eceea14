package httpapi_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"stet/internal/state"
)

// The cases that concern bodies; all are signed rightly, because a sender may be compromised.
func TestSecurityBodies(t *testing.T) {
	w := newWorld(t)
	good := event("news/refused", 1, "Refused")
	limit := int(w.app.Config().Sources["newsroom"].MaxBody)
	padded := func(n int) string { return good + strings.Repeat(" ", n-len(good)) }
	t.Run("case_16_one_byte_over_the_limit", func(t *testing.T) { w.refuses(t, delivery{body: padded(limit + 1)}, 413) })
	t.Run("case_16_chunked_without_length", func(t *testing.T) {
		w.refuses(t, delivery{body: padded(limit + 1), change: func(r *http.Request) { r.ContentLength = -1 }}, 411)
	})
	t.Run("case_16_length_lies", func(t *testing.T) {
		for name, change := range map[string]func(string) string{
			"long": func(head string) string { return strings.Replace(head, "Content-Length: ", "Content-Length: 9", 1) },
			"short": func(head string) string {
				return strings.Replace(head, fmt.Sprint("Length: ", len(good)), "Length: 10", 1)
			},
		} {
			if status := w.raw(change(w.text(w.build(delivery{id: "m", body: good}))), true); status != 400 && status != 401 && status != 413 {
				t.Errorf("%s: got %d", name, status)
			}
		}
	})
	t.Run("case_18_compressed", func(t *testing.T) {
		var bomb bytes.Buffer
		z := gzip.NewWriter(&bomb)
		_, _ = z.Write(bytes.Repeat([]byte("0"), 10<<20)) // a buffer does not fail
		z.Close()
		for _, encoding := range []string{"gzip", "br", "gzip, gzip", "zip", "deflate"} {
			w.refuses(t, delivery{body: bomb.String(), change: header("Content-Encoding", encoding)}, 415)
		}
	})
	malformed := func(name string, bodies ...string) {
		t.Run(name, func(t *testing.T) {
			for _, body := range bodies {
				w.refuses(t, delivery{body: body}, 400)
			}
		})
	}
	deep := strings.Repeat("[", 10001) + strings.Repeat("]", 10001)
	field := func(name, value string) string {
		return strings.Replace(good, `"title"`, `"`+name+`":`+value+`,"title"`, 1)
	}
	version := func(v string) string { return strings.Replace(good, `"version":1`, `"version":`+v, 1) }
	title := func(raw string) string { return strings.Replace(good, `"Refused"`, `"`+raw+`"`, 1) }
	malformed("case_19_deep_and_wide", deep, strings.Repeat("[", limit), field("fields", "{"+strings.Repeat(`"a":1,`, 9000)+`"b":1}`),
		field("fields", `{"n":`+strings.Repeat("9", limit-len(good)-100)+"}"))
	malformed("case_20_duplicate_and_twin_keys", field("canonical_slug", `"a"`), field("CANONICAL_SLUG", `"a"`), field("canonical_ſlug", `"a"`),
		strings.Replace(good, `"version":1`, `"version":1,"version":2`, 1))
	malformed("case_21_more_than_one_document", good+"{}", good+"x", "\ufeff"+good, good+good, version("NaN"), "/* hi */"+good, " ")
	malformed("case_22_bad_text", title("\xff"), title(`\ud800`), title(`\u0000`), title("\x01"), title(`\u0085`), title("\uffff"))
	malformed("case_23_versions", version(`"1"`), version("1.0"), version("1e2"), version("0"), version("-1"), version("9007199254740992"),
		version("9223372036854775808"), version("null"))
	malformed("case_70_mass_assignment", strings.Replace(good, `"type"`, `"state":"APPROVED","tenant":"x","type"`, 1), field("state", `"APPROVED"`))
	t.Run("case_24_media_types", func(t *testing.T) {
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml", "application/yaml", "multipart/form-data; boundary=x", ""} {
			w.refuses(t, delivery{change: header("Content-Type", media)}, 415)
		}
	})
}

func TestSecurityRequests(t *testing.T) {
	w := newWorld(t)
	good := w.text(w.build(delivery{id: "m", body: event("news/refused", 1, "Refused")}))
	t.Run("case_24_methods", func(t *testing.T) {
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "FOO"} {
			if status := w.raw(strings.Replace(good, "POST", method, 1), false); status != 405 {
				t.Errorf("%s: got %d", method, status)
			}
		}
	})
	t.Run("case_24_paths", func(t *testing.T) {
		for _, path := range []string{"//v1/sources/newsroom/events", "/v1//sources/newsroom/events", "/v1/sources/../sources/newsroom/events",
			"/v1/sources/%2e%2e/events", "/v1/sources/news%00room/events", "/v1/sources/newsroom%2Fevents", "/v1/sources/newsroom/events/", "/v1/sources/./events"} {
			if status := w.raw(strings.Replace(good, "/v1/sources/newsroom/events", path, 1), false); status != 400 && status != 404 {
				t.Errorf("%s: got %d", path, status)
			}
		}
	})
	t.Run("case_24_smuggling", func(t *testing.T) {
		length := fmt.Sprint("Content-Length: ", len(event("news/refused", 1, "Refused")))
		for name, lines := range map[string]string{
			"length and chunks":   length + "\r\nTransfer-Encoding: chunked",
			"two lengths":         length + "\r\nContent-Length: 5",
			"lengths in a list":   length + ", 5",
			"signed length":       strings.Replace(length, ": ", ": +", 1),
			"odd coding":          "Transfer-Encoding: xchunked",
			"space before colon":  strings.Replace(length, ":", " :", 1),
			"line without a name": length + "\r\n: x",
		} {
			if status := w.raw(strings.Replace(good, length, lines, 1), false); status < 400 || status == 404 {
				t.Errorf("%s: got %d", name, status)
			}
		}
	})
	t.Run("case_24_folded_header", func(t *testing.T) { // two readings of one signature header must not differ in effect
		folded := strings.Replace(good, "\r\nWebhook-Id: m", "\r\nWebhook-Id: m\r\n x", 1)
		if status := w.raw(folded, false); status != 400 {
			t.Errorf("got %d", status)
		}
	})
	if n := len(w.rows(&state.Entry{})) + len(w.rows(&state.Delivery{})); n != 0 {
		t.Errorf("%d rows were written", n)
	}
	t.Run("case_17_idle_and_slow_connections", func(t *testing.T) {
		for range 200 { // they hold nothing that others need
			conn, err := net.Dial("tcp", w.app.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprint(conn, good[:len(good)-1])
		}
		expect(t, w.deliver(delivery{id: "m17", body: event("news/seventeen", 1, "One")}), 202, "")
	})
}

// text is a request as it goes over the wire.
func (w *world) text(r *http.Request) string {
	w.t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// raw sends bytes and gives the status of the answer; with half it says that nothing more will come.
func (w *world) raw(text string, half bool) int {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.app.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience)) // of a TCP connection it never fails
	if _, err := io.WriteString(conn, text); err != nil {
		w.t.Fatal(err)
	}
	if half {
		_ = conn.(*net.TCPConn).CloseWrite() // the answer tells
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // it ends with the connection, and the answer to HEAD has none
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode
}

func TestSecurityInjection(t *testing.T) {
	w := newWorld(t)
	t.Run("case_66_parameters_are_data", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "'; DROP TABLE event; --"[:6] + "x", body: event("news/sixtysix", 1, "'; DROP TABLE event; --")}), 400, "bad_webhook_id")
		expect(t, w.deliver(delivery{id: "';DROP--", body: event("news/sixtysix", 1, "'; DROP TABLE event; --")}), 202, "")
		for _, value := range []string{"'; DROP TABLE event; --", "%_", "\x00", "x' OR '1'='1", "1 UNION SELECT"} {
			q := url.QueryEscape(value)
			for _, path := range []string{"/v1/events?type=" + q, "/v1/events?content=" + q, "/v1/events?target=" + q, "/v1/contents?after=" + q,
				"/v1/events/export?content=" + q, "/v1/deadletters?after=" + q} {
				if got := w.ask(canaryViewer, path, ""); got.status != 200 || strings.Contains(path, "events") && strings.Contains(got.body, "envelope") {
					t.Errorf("%s: got %d %s", path, got.status, got.body)
				}
			}
		}
		for _, path := range []string{"/v1/events?after=99999999999999999999", "/v1/events?after=-1", "/v1/events?limit=1000000", "/v1/events?order=seq", "/v1/events?after[]=1",
			"/v1/events?after=1&after=2", "/v1/events?after=%zz", "/v1/events/export?order=1", "/v1/events/export?after=x", "/v1/deadletters?status=x"} {
			if got := w.ask(canaryViewer, path, ""); got.status != 400 || got.code() == "" {
				t.Errorf("%s: got %d %s", path, got.status, got.body)
			}
		}
		if got := w.ask(canaryViewer, "/v1/contents/news%2Fsixtysix", ""); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
	t.Run("case_70_mass_assignment_in_the_api", func(t *testing.T) {
		for _, body := range []string{`{"dry_run":true,"state":"published"}`, `{"to_version":1,"TO_VERSION":2}`, `{"to_version":1,"to_version":2}`, `{"to_version":"1"}`, `[]`, `{`} {
			got := w.ask(canaryOperator, "/v1/contents/news%2Fsixtysix/targets/blog/rollback", body)
			if got.status != 400 || got.code() == "" {
				t.Errorf("%s: got %d %s", body, got.status, got.body)
			}
		}
	})
	t.Run("case_65_one_line_in_the_log", func(t *testing.T) {
		evil := "\x1b[2J\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\u202e\u009b"
		w.ask("", "/"+url.PathEscape(evil), "")
		w.deliver(delivery{id: "m65", body: event("news/sixtyfive", 1, "x"), source: url.PathEscape("a\u009b\u202eb")})
		for _, line := range strings.Split(strings.TrimSpace(w.log.String()), "\n") {
			if strings.ContainsAny(line, "\x1b\r\u202e\u009b") || !strings.HasPrefix(line, `{"time"`) || strings.Contains(line, `"msg":"forged"`) {
				t.Errorf("a line of the log: %q", line)
			}
		}
	})
}
