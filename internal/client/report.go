package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"stet"
)

// Report is the newest verdict of the gate on one version.
type Report struct {
	ContentID    string               `json:"content_id"`
	Version      int64                `json:"version"`
	Gate         string               `json:"gate"`
	Judged       *time.Time           `json:"judged,omitempty"`
	Policy       string               `json:"policy,omitempty"`
	Passed       bool                 `json:"passed"`
	Score        int                  `json:"score"`
	Threshold    int                  `json:"threshold"`
	Categories   []stet.CategoryScore `json:"categories"`
	Reasons      []string             `json:"reasons"`
	Findings     []Finding            `json:"findings"`
	Omitted      int                  `json:"omitted,omitempty"`
	Unchecked    []string             `json:"unchecked"`
	Waivers      []Waiver             `json:"waivers"`
	Rounds       []stet.Revised       `json:"rounds"`
	Resubmission *Resubmission        `json:"resubmission,omitempty"`
}

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string `json:"rule"`
	Category string `json:"category"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
	Where    struct {
		Field string   `json:"field"`
		Start Position `json:"start"`
		End   Position `json:"end"`
	} `json:"where"`
	Text     string `json:"text,omitempty"`
	Evidence string `json:"evidence,omitempty"`
	Hash     string `json:"hash"`
	Fix      *struct {
		Title string `json:"title"`
		Safe  bool   `json:"safe"`
	} `json:"fix,omitempty"`
	Waived *struct {
		Reason string    `json:"reason"`
		By     string    `json:"by"`
		Until  time.Time `json:"until"`
	} `json:"waived,omitempty"`
}

// Position is a place in a text: byte from 0, line and column from 1.
type Position struct {
	Byte   int `json:"byte"`
	Line   int `json:"line"`
	Column int `json:"column"`
	UTF16  int `json:"utf16"`
}

// Waiver lets one finding of a content pass, for a time.
type Waiver struct {
	Rule   string    `json:"rule"`
	Hash   string    `json:"hash"`
	Reason string    `json:"reason"`
	By     string    `json:"by,omitempty"`
	Until  time.Time `json:"until"`
}

// Resubmission is the offer to send a refused version once more.
type Resubmission struct {
	Token string    `json:"token"`
	Until time.Time `json:"until"`
}

// Report is the verdict on a version, the newest where it is 0.
func (c *Client) Report(ctx context.Context, id string, version int64) (report Report, err error) {
	query := url.Values{}
	if version != 0 {
		query.Set("version", strconv.FormatInt(version, 10))
	}
	return report, c.get(ctx, "v1/contents/"+url.PathEscape(id)+"/report", query, &report)
}

// Waive lets a finding pass; By of the given waiver is not looked at.
func (c *Client) Waive(ctx context.Context, id string, w Waiver, dryRun bool) (given Waiver, err error) {
	in := struct {
		Waiver
		By     *struct{} `json:"by,omitempty"`
		DryRun bool      `json:"dry_run"`
	}{Waiver: w, DryRun: dryRun}
	return given, c.call(ctx, http.MethodPost, "v1/contents/"+url.PathEscape(id)+"/waivers", in, &given)
}
