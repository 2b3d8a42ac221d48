package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/compliance"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// modFiles is the mod whose benchmarks are run.
var modFiles fs.FS = compliance.Mod

// zoneVariable is the variable of a mod that has the zone of the times in its results.
const zoneVariable = "time_zone"

// The local of a mod that says what is wrong with the values of its variables, "" if
// nothing is; and the variable that has the language of its texts.
const (
	wrongLocal       = "wrong_setting"
	languageVariable = "language"
)

// assignments are the values of --var and --var-file, in the order in which they
// were given.
type assignments []func(powerpipe.Values) error

// variable is --var NAME=VALUE.
func (a *assignments) variable(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("it must be NAME=VALUE")
	}
	*a = append(*a, func(values powerpipe.Values) error {
		values[strings.TrimSpace(name)] = powerpipe.Text(value)
		return nil
	})
	return nil
}

// file is --var-file FILE.
func (a *assignments) file(name string) error {
	*a = append(*a, func(values powerpipe.Values) error {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("--var-file: %w", err)
		}
		return values.ReadFile(text, name)
	})
	return nil
}

// benchmark finds a benchmark of the compliance mod.
func (opt options) benchmark() (*powerpipe.Mod, *powerpipe.Benchmark, error) {
	values, named := powerpipe.Values{}, powerpipe.Values{}
	if opt.demo {
		if err := values.ReadFile(compliance.DemoVariables, "demo.ppvars"); err != nil {
			return nil, nil, err
		}
	}
	for _, set := range opt.values {
		if err := set(named); err != nil {
			return nil, nil, err
		}
	}
	maps.Copy(values, named)
	mod, err := powerpipe.Load(modFiles, values, opt.now())
	if err != nil {
		return nil, nil, err
	}
	if _, ok := mod.Value(zoneVariable); ok && opt.timeZone != "" {
		values[zoneVariable] = powerpipe.Text(opt.timeZone)
		maps.Copy(values, named) // --var comes before --time-zone
		if mod, err = powerpipe.Load(modFiles, values, opt.now()); err != nil {
			return nil, nil, err
		}
	}
	if mod.Locals[wrongLocal] != "" {
		return nil, nil, opt.wrongSetting(mod, values)
	}
	b := mod.Benchmarks[opt.report]
	if b == nil {
		names := slices.Sorted(maps.Keys(mod.Benchmarks))
		return nil, nil, advice.Of(fmt.Sprintf("there is no benchmark %s: there are %s", opt.report, strings.Join(names, ", ")),
			fmt.Sprintf("没有名为 %s 的基准检查。现有的是：%s。", opt.report, strings.Join(names, "、")))
	}
	return mod, b, nil
}

// wrongSetting returns what a mod says is wrong with the values of its variables, in
// both languages if it has both.
func (opt options) wrongSetting(mod *powerpipe.Mod, values powerpipe.Values) error {
	said := map[string]string{}
	for _, language := range []string{"en", "zh"} {
		said[language] = mod.Locals[wrongLocal]
		if _, ok := mod.Value(languageVariable); !ok {
			continue
		}
		values := maps.Clone(values)
		values[languageVariable] = powerpipe.Text(language)
		in, err := powerpipe.Load(modFiles, values, opt.now())
		if err != nil {
			return err
		}
		said[language] = in.Locals[wrongLocal]
	}
	return advice.Of(said["en"], said["zh"])
}

// controlsAtOnce is how many controls of a report run at a time, so that the calls of one
// go on while another computes or waits for another API.
const controlsAtOnce = 4

// forControls opens the plugin's tables for the controls of a report, without the user's
// own, which --database may name. It returns an error if one of these has the name of a
// plugin's table: who gives it expects the report to read it.
func (s *session) forControls(ctx context.Context) ([]report.DB, error) {
	hiding, err := s.db.Hiding(ctx)
	if err != nil {
		return nil, err
	}
	if hiding != nil {
		names := strings.Join(hiding, ", ")
		return nil, advice.Of("the database has a table or view "+names+" of its own, and a report reads the plugin's: rename it, or leave --database out",
			"数据库里有与插件的表同名的表或视图 "+names+"，而报告只读取插件的表：请给它改名，或者不要写 --database。")
	}
	dbs := make([]report.DB, controlsAtOnce)
	for i := range dbs {
		db, err := sqlite.Open(s.engine, "")
		if err != nil {
			return nil, err
		}
		db.Now, db.Ahead = now, true
		s.closers = append(s.closers, func() { db.Close() })
		dbs[i] = db
	}
	return dbs, nil
}

// report runs a benchmark and prints its report. If not all is well, the error is a
// verdict with the exit code of the command.
func (s *session) report(ctx context.Context, mod *powerpipe.Mod, b *powerpipe.Benchmark, opt options) error {
	zone := opt.zone
	if name, _ := mod.Value(zoneVariable); name != "" {
		var err error
		if zone, err = sqlite.Zone(name); err != nil {
			return fmt.Errorf("the variable %s: %w", zoneVariable, err)
		}
	}
	dbs, err := s.forControls(ctx)
	if err != nil {
		return err
	}
	w := newWatch(s.stderr)
	r, err := report.Make(client.WithTrace(ctx, w.trace()), dbs, mod, b)
	w.end()
	if errors.Is(err, context.Canceled) {
		return errStopped
	}
	if err != nil {
		return err
	}
	r.At, r.Zone, r.Calls = opt.now(), zone, w.sent().all
	if err := r.Write(s.stdout, opt.reportFormat); err != nil {
		return err
	}
	if code := r.Root.Summary.ExitCode(); code != report.ExitOK {
		return verdict(code)
	}
	return nil
}

// now returns the time for the report.
func (opt options) now() time.Time {
	if opt.demo {
		return now()
	}
	return time.Now()
}

// verdict is the exit code of a report that was printed, if not all is well.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("the report ends with exit code %d", int(v)) }

// noReport is an error in place of a report. Its exit code is not that of an
// alarm.
type noReport struct{ error }

func (e noReport) Unwrap() error { return e.error }

// exitCode returns the exit code for an error, and whether to print the error.
func exitCode(err error) (code int, print bool) {
	if v, ok := errors.AsType[verdict](err); ok {
		return int(v), false
	}
	if _, ok := errors.AsType[noReport](err); ok {
		return report.ExitError, true
	}
	return 1, true
}
