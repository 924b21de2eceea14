package bench

// Report is what a run found. Rates are per second, latencies and times in milliseconds, memory in MB (10^6 bytes).
type Report struct {
	Machine      Machine `json:"machine"`
	Body         int     `json:"body_bytes"` // of one delivery
	Senders      int     `json:"senders"`    // at once
	Rounds       int     `json:"rounds"`
	RoundSeconds float64 `json:"round_seconds"`
	Syncs        float64 `json:"fsyncs_per_second"` // appends of 4 kB, each followed by fdatasync
	RestedSync   float64 `json:"rested_fsync_ms"`   // one such append after 10 ms of rest, p50
	Stores       []Store `json:"stores"`
	Seconds      float64 `json:"seconds"` // the whole run
}

// Store is what was found on one store.
type Store struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Ingest  Ingest   `json:"ingest"`
	Limits  Limits   `json:"limits"`
	Publish Publish  `json:"publish"`
	Process *Process `json:"process,omitempty"` // nil: not measured
}

// Ingest is signed deliveries by HTTP, each answered once it is on disk.
type Ingest struct {
	PerSecond     float64 `json:"per_second"`
	P50           float64 `json:"p50_ms"`
	P99           float64 `json:"p99_ms"`
	OfBareRows    float64 `json:"of_bare_rows"`         // PerSecond as a share of Limits.Rows in the same round
	BusyPerSecond float64 `json:"with_gate_per_second"` // while the gate's workers take the events up
}

// Limits are what the same driver reaches with nothing of stet around it.
type Limits struct {
	Commits float64 `json:"commits_per_second"` // one event row each, one after another
	Rows    float64 `json:"rows_per_second"`    // 64 event rows and River jobs in a commit
	Jobs    float64 `json:"jobs_per_second"`    // River with a worker that does nothing
}

// Publish is the way from the door to the page, with a CMS that takes CMSMillis for every call.
type Publish struct {
	CMSMillis float64 `json:"cms_call_ms"`
	Count     int     `json:"count"`           // at low load
	CMS       float64 `json:"cms_ms"`          // the CMS's own share, p50
	P50       float64 `json:"overhead_p50_ms"` // from the door to publish_succeeded, without that share
	P99       float64 `json:"overhead_p99_ms"`
	PerSecond float64 `json:"per_second"` // at saturation
	Workers   int     `json:"workers"`
	Syncs     float64 `json:"fsyncs"` // of one publish, when nothing else happens
	Commits   []Step  `json:"commits"`
}

// Step is one kind of commit of a publish.
type Step struct {
	Name  string  `json:"name"`
	Count float64 `json:"count"` // of one publish
}

// Process is a real `stet serve`.
type Process struct {
	Rest     float64 `json:"rest_mb"`     // resident memory, some seconds after the start
	Busy     float64 `json:"busy_mb"`     // its peak while it takes and publishes articles
	Start    float64 `json:"start_ms"`    // until it takes events, with a store that holds them
	Recovery float64 `json:"recovery_ms"` // from the start after a SIGKILL in a publish until that publish has succeeded
	Worst    float64 `json:"recovery_worst_ms"`
	Kills    int     `json:"kills"`
}

// Machine is where it was measured.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory,omitempty"`
	System string `json:"system"`
	Disk   string `json:"disk"` // the file system of the folder
	Go     string `json:"go"`
	Load   string `json:"load,omitempty"` // of the last minute, before the run
}
