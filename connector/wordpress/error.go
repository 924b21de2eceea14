package wordpress

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"stet"
	"stet/internal/httpclient"
)

// failure is an error as WordPress tells it. Message is in the language of the site; only Code can be relied on.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Data    struct {
		Status  int                       `json:"status"`
		TermID  int                       `json:"term_id"`
		Details map[string]map[string]any `json:"details"`
	} `json:"data"`
}

// beforeRow are the codes with which WordPress refuses a post before it stores a row (class-wp-rest-posts-controller).
// Any other error may come from what follows the row: terms, meta, and the hooks of plugins.
var beforeRow = []string{
	"rest_no_route", "rest_invalid_param", "rest_missing_callback_param", "rest_invalid_json", "rest_post_exists", "empty_content", "rest_invalid_author",
	"rest_cannot_create", "rest_cannot_publish", "rest_cannot_edit", "rest_cannot_edit_others", "rest_cannot_assign_term",
	"rest_cannot_assign_sticky", "rest_cannot_delete", "rest_post_invalid_id", "rest_post_invalid_parent", "rest_already_trashed",
	"rest_not_logged_in", "rest_forbidden", "rest_forbidden_context",
}

// beforeFile are the codes with which WordPress refuses an upload before it stores anything
// (class-wp-rest-attachments-controller).
var beforeFile = []string{"rest_cannot_create", "rest_upload_no_data", "rest_upload_no_content_disposition", "rest_upload_invalid_disposition",
	"rest_upload_no_content_type", "rest_upload_hash_mismatch", "rest_upload_sideload_error", "rest_upload_file_too_big",
	"rest_upload_limited_space", "rest_upload_user_quota_exceeded", "rest_upload_image_type_not_supported", "rest_invalid_param", "rest_not_logged_in"}

// gateway are the statuses with which a web server or WordPress turns a request away before anything is done, whatever
// the body says.
var gateway = []int{http.StatusUnauthorized, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
	http.StatusUnsupportedMediaType, http.StatusTooManyRequests}

// judge reads an answer: nil for 2xx, else an error that names what to do. refused are the codes that prove that nothing
// was changed, for a write.
func (s *site) judge(resp *httpclient.Response, refused []string) error {
	err := httpclient.Classify(resp, gateway...)
	e, is := errors.AsType[*stet.Error](err)
	if !is {
		return err
	}
	var f failure
	if resp.Decode(&f) != nil || f.Code == "" {
		if resp.Status == http.StatusNotFound { // a web server's: it says nothing of the item
			e.Kind, e.Message = stet.Unavailable, e.Message+"; and it is not WordPress that says so"
		}
		return e
	}
	e.Code, e.Details = f.Code, map[string]any{"status": resp.Status}
	if f.Data.TermID != 0 {
		e.Details["term_id"] = f.Data.TermID
	}
	if slices.Contains(refused, f.Code) || strings.HasPrefix(f.Code, "stet_") { // the plugin rolls back before it refuses
		e.Outcome = stet.NotApplied
	}
	e.Message = fmt.Sprintf("WordPress answered %d %s: %s", resp.Status, f.Code, s.readable(f.Message))
	s.explain(e, f)
	return e
}

// explain gives the codes that have a meaning of their own their kind and advice.
func (s *site) explain(e *stet.Error, f failure) {
	nobody := e.Details["status"] == http.StatusUnauthorized
	for _, detail := range f.Data.Details { // a login that is missing, dressed as a wrong parameter
		nobody = nobody || detail["code"] == "rest_forbidden_status"
	}
	switch {
	case nobody:
		e.Kind, e.Code, e.Outcome = stet.Configuration, "wp_login", stet.NotApplied
		e.Message = fmt.Sprintf("WordPress does not accept the user %q with this application password (it answered %s). "+
			"Make a new one under Users, Profile; see also that the web server passes the Authorization header on.", s.opt.user, f.Code)
	case f.Code == "rest_no_route":
		e.Kind = stet.Configuration
		e.Message = fmt.Sprintf("WordPress has no API for %q. Set the option post_type to the REST base of a post type that is shown in REST.", s.opt.postType)
	case strings.HasPrefix(f.Code, "rest_upload_"):
		s.explainUpload(e, f.Code)
	case f.Code == "stet_no_transactions":
		e.Kind = stet.Configuration
	case e.Details["status"] == http.StatusNotFound && !slices.Contains([]string{"rest_post_invalid_id", "rest_term_invalid"}, f.Code):
		e.Kind = stet.Unavailable
	case f.Code == "rest_already_trashed":
		e.Kind = stet.Conflict
	}
}

// explainUpload says what may be done about a file that is not taken. What it holds is a picture: that was looked at.
func (s *site) explainUpload(e *stet.Error, code string) {
	switch code {
	case "rest_upload_hash_mismatch": // changed on its way
		e.Kind = stet.Unavailable
	case "rest_upload_file_too_big", "rest_upload_no_data":
		e.Kind = stet.TooLarge
		e.Message += ". A picture may be larger than the site takes: see upload_max_filesize and post_max_size of PHP"
	default:
		e.Kind = stet.Configuration
		e.Message += ". See that the site takes files of this type, has room for them and may write into its uploads folder"
	}
}

// at points to the part of a document that an error is about.
func at(err error, pointer string) error {
	if e, is := errors.AsType[*stet.Error](err); is && e.Pointer == "" {
		c := *e
		c.Pointer = pointer
		return &c
	}
	return err
}

var tag = regexp.MustCompile(`<[^>]*>`)

// readable makes a message of WordPress, which may be HTML and of any length, fit for ours.
func (s *site) readable(message string) string {
	text := strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(message, " "))), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	return s.client.Redact(text)
}

// nothingSent says of an error that came up before the write it was for.
func nothingSent(err error) error {
	if e, is := errors.AsType[*stet.Error](err); is {
		c := *e
		c.Outcome = stet.NotApplied
		return &c
	}
	return err
}

func notApplied(kind stet.Kind, code, format string, args ...any) *stet.Error {
	e := stet.Errorf(kind, code, format, args...)
	e.Outcome = stet.NotApplied
	return e
}

// unusable is a 2xx whose body is not what was asked for.
func unusable(what string) error {
	return stet.Errorf(stet.Unavailable, "wp_answer", "WordPress answered with success but without %s; a plugin or a proxy may have changed the answer", what)
}

// isCode reports whether err is WordPress's error of this code.
func isCode(err error, code string) bool {
	e, is := errors.AsType[*stet.Error](err)
	return is && e.Code == code
}

// rawObject is a JSON object that PHP writes as [] when it is empty.
type rawObject map[string]json.RawMessage

func (o *rawObject) UnmarshalJSON(data []byte) error {
	if strings.TrimSpace(string(data)) == "[]" {
		*o = rawObject{}
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*o = m
	return nil
}
