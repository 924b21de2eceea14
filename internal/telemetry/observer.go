// Package telemetry tells operators what happens: metrics, traces and the log. It never sees bodies, and nothing that a
// stranger chooses becomes a label.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/trace"

	"stet"
)

// Config of an Observer.
type Config struct {
	OTLPEndpoint string   // base URL of an OTLP/HTTP receiver; empty: no traces leave the process
	Version      string   // of the program
	Targets      []string // the only values of the label target, besides "other"
}

// Observer counts and traces. Its methods may be called by many goroutines.
type Observer struct {
	registry *prometheus.Registry
	targets  map[string]bool
	events   *prometheus.CounterVec
	calls    *prometheus.HistogramVec
	door     *prometheus.HistogramVec
	refused  *prometheus.CounterVec
	requests *prometheus.HistogramVec
	tracer   trace.Tracer
	flush    func(context.Context) error
}

// New makes an Observer. It makes no network call; traces are sent in the background.
func New(ctx context.Context, cfg Config) (*Observer, error) {
	o := &Observer{registry: prometheus.NewRegistry(), targets: map[string]bool{}}
	for _, name := range cfg.Targets {
		o.targets[name] = true
	}
	o.events = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "stet_events_total",
		Help: "Events committed to the log by this process."}, []string{"type", "target"})
	o.calls = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "stet_target_call_seconds",
		Help: "Calls to targets, by operation and what is known of their outcome.", Buckets: seconds}, []string{"target", "op", "outcome"})
	o.door = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "stet_door_seconds",
		Help: "Deliveries to the door, from the first byte to the answer.", Buckets: seconds}, []string{"status"})
	o.refused = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "stet_door_refused_total",
		Help: "Deliveries the door refused, by the code of the refusal."}, []string{"code"})
	o.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "stet_http_request_seconds",
		Help: "Requests to the rest of the HTTP interface.", Buckets: seconds}, []string{"route", "status"})
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "stet_build_info", Help: "Always 1.",
		ConstLabels: prometheus.Labels{"version": cfg.Version, "go": runtime.Version()}}, func() float64 { return 1 })
	o.registry.MustRegister(o.events, o.calls, o.door, o.refused, o.requests, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	o.tracer, o.flush, err = tracer(ctx, cfg)
	return o, err
}

var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Gauge is one line of a table that is read when metrics are asked for.
type Gauge struct {
	Labels []string // values, in the order of the names
	Value  float64
}

// Table registers gauges that read is asked for at each scrape. An error leaves them out.
func (o *Observer) Table(name, help string, labels []string, read func(context.Context) ([]Gauge, error)) {
	o.registry.MustRegister(&table{desc: prometheus.NewDesc(name, help, labels, nil), read: read})
}

type table struct {
	desc *prometheus.Desc
	read func(context.Context) ([]Gauge, error)
}

func (t *table) Describe(out chan<- *prometheus.Desc) { out <- t.desc }

// readLimit bounds what a scrape may wait for the store.
const readLimit = 5 * time.Second

func (t *table) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readLimit)
	defer cancel()
	gauges, err := t.read(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(t.desc, errors.New("the store cannot be read"))
		return
	}
	for _, g := range gauges {
		out <- prometheus.MustNewConstMetric(t.desc, prometheus.GaugeValue, g.Value, g.Labels...)
	}
}

// Metrics serves what was counted.
func (o *Observer) Metrics() http.Handler {
	return promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Committed counts events.
func (o *Observer) Committed(events []stet.Event) {
	for _, e := range events {
		o.events.WithLabelValues(string(e.Type), o.target(e.Target)).Inc()
	}
}

// target bounds the label: names come from the configuration, and the log may hold others from earlier ones.
func (o *Observer) target(name string) string {
	if name == "" || o.targets[name] {
		return name
	}
	return "other"
}

// Called counts a call to a target.
func (o *Observer) Called(target, op string, took time.Duration, err error) {
	outcome := string(stet.OutcomeOf(err))
	if outcome == "" {
		outcome = "unknown"
	}
	o.calls.WithLabelValues(o.target(target), op, outcome).Observe(took.Seconds())
}

// Door counts a delivery. The code is that of a refusal, else empty.
func (o *Observer) Door(status int, code string, took time.Duration) {
	o.door.WithLabelValues(strconv.Itoa(status)).Observe(took.Seconds())
	if code != "" {
		o.refused.WithLabelValues(code).Inc()
	}
}

// Request counts a request to anything but the door. The route is a pattern, never a path.
func (o *Observer) Request(route string, status int, took time.Duration) {
	o.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Close sends what is left of the traces.
func (o *Observer) Close(ctx context.Context) error {
	if err := o.flush(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}
