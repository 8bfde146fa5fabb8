package auctionrunner

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"code.cloudfoundry.org/auction/auctiontypes/fakes"
	"code.cloudfoundry.org/rostrum/mesos"
)

// hasLoadedMesos says that a test has loaded the library into this process.
var hasLoadedMesos atomic.Bool

// requireMesos skips a test where Rostrum was built without Mesos.
func requireMesos(t *testing.T) {
	t.Helper()
	hasLoadedMesos.Store(true)
	options, err := mesos.NewOptions("")
	if err != nil && os.Getenv("ROSTRUM_MESOS_LIBRARY_EXPECTED") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("SKIP: %v", err)
	}
	options.Close()
}

// someMesos are settings that would do.
func someMesos(changes ...func(*mesosSettings)) mesosSettings {
	settings := mesosSettings{master: "127.0.0.1:1", executorCommand: "true"}
	for _, change := range changes {
		change(&settings)
	}
	return settings
}

// values returns what is set of a key.
func values(t *testing.T, settings mesosSettings, key string) []string {
	t.Helper()
	list, err := settings.list(engineOptions{binPackFirstFitWeight: 0.5, startingContainerCountMaximum: -1})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, option := range list {
		if option.key == key {
			found = append(found, option.value)
		}
	}
	return found
}

func TestMesosFlagsAreRegistered(t *testing.T) {
	for name, expected := range map[string]string{
		"master": "", "address": "", "consul_server": "", "etcd_url": "", "executor_image": "",
		"mesos_authentication_principal": "", "mesos_authentication_secret_file": "",
		"mesos_zk_credentials_file": "", "mesos_executor_command": "", "mesos_framework_id_file": "", "mesos_failover_timeout": "",
		"mesos_role": "", "mesos_ca_file": "", "mesos_certificate_file": "", "mesos_key_file": "",
		"mesos_option": "", "mesos_library": mesos.DefaultLibrary,
	} {
		found := flag.CommandLine.Lookup(name)
		if found == nil || found.DefValue != expected || !strings.HasPrefix(found.Usage, "on Mesos: ") && name != "master" {
			t.Errorf("flag %s is %+v, expected one with default %q", name, found, expected)
		}
	}
	if settings := flagMesosSettings(); settings.master != "" || len(settings.roles)+len(settings.options) != 0 {
		t.Errorf("settings are %+v", settings)
	}
}

func TestMesosFlagsThatMayBeRepeated(t *testing.T) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	var roles texts
	set.Var(&roles, "mesos_role", "")
	if err := set.Parse([]string{"-mesos_role", "a", "-mesos_role=b"}); err != nil || !slices.Equal(roles, texts{"a", "b"}) {
		t.Errorf("roles are %q, %v", roles, err)
	}
}

// Every flag comes to the option of the library that it stands for.
func TestMesosFlagsAreOptions(t *testing.T) {
	settings := mesosSettings{
		master: "m:5050", address: "10.0.0.9", consulServer: "10.0.0.3", etcdURL: "http://e:4001",
		executorImage: "cell", principal: "p", secretFile: "/s", zkCredentials: "/zk", executorCommand: "run",
		frameworkIDFile: "/id", failoverTimeout: "60", roles: []string{"a", "b"}, caFile: "/ca",
		certificateFile: "/crt", keyFile: "/key", options: []string{"window_ms=5", "executor_memory=1024", "web_ui_url=http://x/?a=b"},
	}
	for key, expected := range map[string][]string{
		"master": {"m:5050"}, "hostname": {"10.0.0.9"}, "executor_image": {"cell"}, "executor_command": {"run"},
		"principal": {"p"}, "secret_file": {"/s"}, "zk_credentials_file": {"/zk"}, "framework_id_file": {"/id"}, "failover_timeout": {"60"},
		"role": {"a", "b"}, "ca_file": {"/ca"}, "certificate_file": {"/crt"}, "key_file": {"/key"},
		"executor_environment": {"CONSUL_SERVER=10.0.0.3", "ETCD_URL=http://e:4001"},
		"executor_volume":      {"data:/var/vcap/data", "log:/var/vcap/sys/log", "/sys/fs/cgroup:/sys/fs/cgroup"},
		"window_ms":            {"5"}, "executor_memory": {"1024"}, "web_ui_url": {"http://x/?a=b"},
		"keep_waiting": {"false"}, "launch_known": {"true"}, "name": {"diego"}, "user": {"root"},
		"bin_pack_first_fit_weight": {"0.5"}, "starting_container_weight": {"0"},
		"starting_container_count_maximum": {"0"},
	} {
		if got := values(t, settings, key); !slices.Equal(got, expected) {
			t.Errorf("%s is %q, expected %q", key, got, expected)
		}
	}
	list, err := someMesos().list(engineOptions{})
	if err != nil || len(list) != 9 {
		t.Errorf("with few flags there is %+v, %v", list, err)
	}
}

func TestMesosDefaultsGiveWay(t *testing.T) {
	settings := someMesos(func(s *mesosSettings) {
		s.executorImage = "cell"
		s.options = []string{"name=mine", "user=vcap", "executor_volume=/a:/b"}
	})
	for key, expected := range map[string]string{"name": "mine", "user": "vcap", "executor_volume": "/a:/b"} {
		if got := values(t, settings, key); !slices.Equal(got, []string{expected}) {
			t.Errorf("%s is %q, expected %q", key, got, expected)
		}
	}
	// Without an image there is no container to map folders into.
	if got := values(t, someMesos(), "executor_volume"); got != nil {
		t.Errorf("volumes are %q", got)
	}
}

func TestBadMesosFlags(t *testing.T) {
	noImage := func(s *mesosSettings) { s.executorCommand = "" }
	option := func(text string) func(*mesosSettings) {
		return func(s *mesosSettings) { s.options = []string{text} }
	}
	for _, bad := range []struct {
		change   func(*mesosSettings)
		expected []string
	}{
		{noImage, []string{"-master", "127.0.0.1:1", "-executor_image", "-mesos_executor_command"}},
		{option("window_ms"), []string{"-mesos_option", `"window_ms"`, "KEY=VALUE"}},
		{option("=5"), []string{"-mesos_option", `"=5"`, "KEY=VALUE"}},
		{option("master=x"), []string{"-mesos_option", "-master"}},
		{option("hostname=x"), []string{"-mesos_option", "-address"}},
		{option("secret_file=x"), []string{"-mesos_option", "-mesos_authentication_secret_file"}},
		{option("zk_credentials_file=x"), []string{"-mesos_option", "-mesos_zk_credentials_file"}},
		{option("role=x"), []string{"-mesos_option", "-mesos_role"}},
		{option("keep_waiting=true"), []string{"-mesos_option", "BBS"}},
		{option("starting_container_weight=1"), []string{"-mesos_option", "configuration file"}},
	} {
		_, err := openMesosFramework(someMesos(bad.change), "diego", engineOptions{})
		requireParts(t, err, bad.expected...)
	}
	_, err := openMesosFramework(someMesos(option("secret=s3cret")), "diego", engineOptions{})
	requireParts(t, err, "-mesos_option secret", "-mesos_authentication_secret_file")
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error shows the secret: %q", err)
	}
	_, err = openMesosFramework(someMesos(), "worst", engineOptions{})
	requireParts(t, err, "-auction_strategy", `"worst"`)
}

func requireParts(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("there is no error, expected one that names %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q, expected it to name %q", err, part)
		}
	}
}

func TestAMissingLibraryNamesTheFlag(t *testing.T) {
	library := filepath.Join(t.TempDir(), "librostrum-mesos-c.so.0")
	settings := someMesos(func(s *mesosSettings) { s.library = library })
	_, err := openMesosFramework(settings, "diego", engineOptions{})
	requireParts(t, err, "-mesos_library", library, "-Dmesos=enabled")
}

// What the library finds wrong is said of the flag that it came from.
func TestWhatTheLibraryRefusesNamesTheFlag(t *testing.T) {
	requireMesos(t)
	for _, bad := range []struct {
		change   func(*mesosSettings)
		expected []string
	}{
		{func(s *mesosSettings) { s.failoverTimeout = "soon" }, []string{"-mesos_failover_timeout", `"soon"`, "whole number"}},
		{func(s *mesosSettings) { s.options = []string{"windows=1"} }, []string{"-mesos_option windows", "mesos.h"}},
		{func(s *mesosSettings) { s.options = []string{"executor_memory=1"} }, []string{"-mesos_option executor_memory", `"1"`}},
		{func(s *mesosSettings) { s.principal, s.secretFile = "p", "/no/such/secret" }, []string{"-master", "/no/such/secret"}},
		{func(s *mesosSettings) { s.frameworkIDFile = "zk://127.0.0.1:1/id" }, []string{"-master", "journal"}},
	} {
		_, err := openMesosFramework(someMesos(bad.change), "diego", engineOptions{})
		requireParts(t, err, bad.expected...)
	}
}

// The whole of it with the library, and without a master: nothing waits for the connection.
func TestWithoutAConnectionWorkIsRefused(t *testing.T) {
	requireMesos(t)
	m := newMesosTest(t)
	setFlag(t, "master", "127.0.0.1:1")
	setFlag(t, "mesos_framework_id_file", filepath.Join(t.TempDir(), "id"))
	setFlag(t, "auction_strategy", "binpack")
	m.runner.openMesos = openMesosFramework
	m.metrics = new(fakes.FakeAuctionMetricEmitterDelegate)
	m.run()
	m.askLRPs(trace1, "web", 0)
	done := m.next()
	requireText(t, describeResults(done.results), "web.0: unable to communicate to compatible cells")
	if done.traceID != trace1 {
		t.Errorf("the trace is %q", done.traceID)
	}
	m.process.Signal(os.Interrupt)
	if err := m.end(); err != nil {
		t.Error(err)
	}
	if len(m.log.lines(t, "mesos-problem")) == 0 {
		t.Error("that there is no connection is not logged")
	}
}
