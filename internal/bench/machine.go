package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// thisMachine describes where folder is. What the system does not tell stays empty.
func thisMachine(folder string) Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Disk: fileSystem(folder), Load: first(os.ReadFile("/proc/loadavg"))}
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		m.CPU = name
	}
	if kernel := first(os.ReadFile("/proc/sys/kernel/osrelease")); kernel != "" {
		m.System += ", kernel " + kernel
	}
	var kB float64
	if _, err := fmt.Sscanf(field("/proc/meminfo", "MemTotal"), "%f kB", &kB); err == nil {
		m.Memory = fmt.Sprintf("%.0f GB", kB*1024/1e9)
	}
	return m
}

// field is the value of a line "name: value" of a file.
func field(path, name string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(raw)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func first(raw []byte, err error) string {
	words := strings.Fields(string(raw))
	if err != nil || len(words) == 0 {
		return ""
	}
	return words[0]
}

// fileSystem is the type of the file system of a folder, by df, which Linux has.
func fileSystem(folder string) string {
	out, err := exec.CommandContext(context.Background(), "df", "--output=fstype", folder).Output()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) < 2 {
		return "unknown"
	}
	return lines[1]
}

// resident is the memory of a process in MB, now and at its peak; 0 where the system does not tell (proc(5)).
func resident(pid int) (now, peak float64) {
	read := func(name string) float64 {
		var kB float64
		if _, err := fmt.Sscanf(field(fmt.Sprintf("/proc/%d/status", pid), name), "%f kB", &kB); err != nil {
			return 0
		}
		return kB * 1024 / 1e6
	}
	return read("VmRSS"), read("VmHWM")
}
