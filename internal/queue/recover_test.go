package queue_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"stet/internal/queue"
)

// victim names the variable with the database of a process that works until it is killed.
const victim = "STET_QUEUE_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(victim) == "" {
		os.Exit(m.Run())
	}
	// The testing package gives the victim a T, and with it the helpers of the tests.
	os.Args = []string{os.Args[0], "-test.run=^TestVictim$", "-test.v"}
	os.Exit(m.Run())
}

// TestVictim is run by TestNextProcessTakesOver in a process of its own.
func TestVictim(t *testing.T) {
	dsn := os.Getenv(victim)
	if dsn == "" {
		t.Skip("is a part of TestNextProcessTakesOver")
	}
	open := openSQLite
	if strings.Contains(dsn, "://") {
		open = openPostgres
	}
	w := open(t, dsn)
	q, running := w.open(queue.Config{TTL: time.Second}), newRecorder()
	w.start(q, running)
	w.ask(q, publishA)
	fmt.Printf("\nvictim holds %s\n", running.next(t).name())
	select {} // until it is killed
}

func TestNextProcessTakesOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		w.must(w.driver.Close()) // SQLite is for one process
		dead := kill(t, w.dsn)
		if w.sql != nil {
			w = openSQLite(t, w.dsn)
		} else {
			w = openPostgres(t, w.dsn)
		}
		q, running := w.open(queue.Config{Poll: never, TTL: time.Second}), newRecorder()
		w.start(q, running)
		second := running.next(t)
		job, _, _ := strings.Cut(dead, ".")
		if _, id, _ := strings.Cut(job, "/"); !strings.HasSuffix(second.name(), "/"+id+".2") {
			t.Errorf("%s was followed by %s, want the second attempt of the same job", dead, second.name())
		}
		w.complete(q, second)
		if got := w.count(`SELECT count(*) FROM node`); got != 1 {
			t.Errorf("%d nodes are known, want the living one", got)
		}
	})
}

// kill starts a victim, kills it (SIGKILL) while it works, and gives its claim.
func kill(t *testing.T, dsn string) (claim string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	child := exec.CommandContext(ctx, self)
	child.Env = append(os.Environ(), victim+"="+dsn)
	child.Stderr = t.Output()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for claim == "" && lines.Scan() {
		_, claim, _ = strings.Cut(lines.Text(), "victim holds ")
		t.Log("victim: ", lines.Text())
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait() // it was killed, and says so
	if claim == "" {
		t.Fatal("the victim did not begin to work")
	}
	return claim
}

// A node that was buried alive learns it, stops its work, and leaves it to those who have it now.
func TestBuriedNodeStopsItsWork(t *testing.T) {
	w := newPostgres(t)
	old, oldRunning := w.open(queue.Config{Poll: never, TTL: time.Second}), newRecorder()
	w.start(old, oldRunning)
	w.ask(old, publishA)
	late := oldRunning.next(t)
	w.exec(`DELETE FROM node`)
	<-late.ctx.Done()
	if cause := context.Cause(late.ctx); errors.Is(cause, context.DeadlineExceeded) {
		t.Errorf("the work was stopped by %v, want by the heartbeat", cause)
	}
	late.end <- late.ctx.Err()
	w.complete(old, oldRunning.next(t)) // it goes on
}

// A node that cannot show that it is alive stops its work before others may take it over, and goes on when it can.
func TestSilentNodeStopsItsWork(t *testing.T) {
	w := newPostgres(t)
	q, running := w.open(queue.Config{Poll: never, TTL: time.Second, Retry: 10 * time.Millisecond}), newRecorder()
	w.start(q, running)
	w.ask(q, publishA)
	first := running.next(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tx, err := w.pool.Begin(ctx)
	w.must(err)
	_, err = tx.Exec(ctx, `LOCK TABLE node IN ACCESS EXCLUSIVE MODE`)
	w.must(err)
	<-first.ctx.Done()
	if cause := context.Cause(first.ctx); errors.Is(cause, context.DeadlineExceeded) {
		t.Errorf("the work was stopped by %v, want by the heartbeat", cause)
	}
	first.end <- first.ctx.Err()
	w.must(tx.Rollback(ctx))
	w.complete(q, running.next(t))
}

// Others leave the work of a node that lives alone.
func TestLivingNodesKeepTheirWork(t *testing.T) {
	w := newPostgres(t)
	old, oldRunning := w.open(queue.Config{Poll: never, TTL: time.Second}), newRecorder()
	w.start(old, oldRunning)
	w.ask(old, publishA)
	first := oldRunning.next(t)
	q, running := w.open(queue.Config{Poll: never, TTL: time.Second}), newRecorder()
	w.start(q, running)
	for range 3 { // several rounds of reapers
		w.exec(`INSERT INTO node (id, beat) VALUES ('node-dead', 0)`)
		for w.count(`SELECT count(*) FROM node WHERE id = 'node-dead'`) > 0 {
			select {
			case <-first.ctx.Done():
				t.Fatal("the work of a living node was stopped: ", context.Cause(first.ctx))
			case a := <-running.started:
				t.Fatal("another node has taken over: ", a.name())
			default:
			}
		}
	}
	w.complete(old, first)
}
