package auctionrunner

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

// The flags of an auctioneer on Apache Mesos. Without -master it is plain Diego, and the others are
// refused. The first seven are those of mesos/cloudfoundry-mesos.
var (
	masterFlag = flagText("master", "",
		"run on Apache Mesos: HOST:PORT of its master, several with commas, or zk://HOST:PORT/PATH "+
			"(default: not on Mesos)")
	addressFlag = mesosText("address", "",
		"the host name or address of this machine that the master shows for the framework; "+
			"nothing listens there")
	consulServerFlag = mesosText("consul_server", "",
		"the Consul server that cells join, as CONSUL_SERVER in their environment")
	etcdURLFlag = mesosText("etcd_url", "",
		"the URL of Cloud Foundry's etcd, as ETCD_URL in the cells' environment")
	executorImageFlag = mesosText("executor_image", "",
		"the image of a cell, with rostrum-executor in it; it runs privileged and in its "+
			"host's network")
	principalFlag = mesosText("mesos_authentication_principal", "",
		"the framework's principal")
	secretFileFlag = mesosText("mesos_authentication_secret_file", "",
		"a file with the principal's secret in one line, for HTTP basic authentication", "mesos_authentication_principal")

	mesosZkCredentialsFileFlag = mesosText("mesos_zk_credentials_file", "",
		"a file with USER:PASSWORD in one line, for -master and -mesos_framework_id_file where they "+
			"begin with zk://")
	mesosExecutorCommandFlag = mesosText("mesos_executor_command", "",
		"the shell command that starts rostrum-executor on an agent, or in -executor_image")
	mesosFrameworkIDFileFlag = mesosText("mesos_framework_id_file", "",
		"the file in which the framework's id is kept over restarts, beside its journal; or "+
			"zk://HOST:PORT/PATH of a node (default: each start is a new framework)")
	mesosFailoverTimeoutFlag = mesosText("mesos_failover_timeout", "",
		"for how many seconds cells and their work outlive the auctioneer (default: two weeks, "+
			"but a minute without -mesos_framework_id_file)")
	mesosRoleFlag   = mesosTexts("mesos_role", "a `ROLE` of the framework; may be repeated (default *)")
	mesosCAFileFlag = mesosText("mesos_ca_file", "",
		"a PEM file of the authorities that sign masters' certificates; with it masters are "+
			"spoken to by TLS")
	mesosCertificateFileFlag = mesosText("mesos_certificate_file", "",
		"a PEM file with the certificate to show to masters")
	mesosKeyFileFlag = mesosText("mesos_key_file", "", "a PEM file with the certificate's key",
		"mesos_certificate_file")
	mesosOptionFlag = mesosTexts("mesos_option",
		"`KEY=VALUE`, one of the other options that rostrum/mesos.h lists, such as "+
			"window_ms=500 or executor_memory=1024; may be repeated")
	mesosLibraryFlag = mesosText("mesos_library", mesos.DefaultLibrary,
		"the library to load, a path or a name to be looked for as usual")
)

// texts is the value of a flag that may be repeated.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

// mesosText registers a flag that means nothing without -master.
func mesosText(name, value, usage string, needs ...string) *string {
	return flagText(name, value, onMesos+usage, append(needs, "master")...)
}

const onMesos = "on Mesos: "

func mesosTexts(name, usage string) *texts {
	value := new(texts)
	if flag.CommandLine.Lookup(name) == nil {
		flagNeeds[name] = []string{"master"}
		flag.CommandLine.Var(value, name, onMesos+usage)
	}
	return value
}

// mesosSettings are the values of these flags.
type mesosSettings struct {
	master          string // Empty: plain Diego.
	address         string
	consulServer    string
	etcdURL         string
	executorImage   string
	principal       string
	secretFile      string
	zkCredentials   string // The file of them.
	executorCommand string
	frameworkIDFile string
	failoverTimeout string
	roles           []string
	caFile          string
	certificateFile string
	keyFile         string
	options         []string
	library         string
}

func flagMesosSettings() mesosSettings {
	return mesosSettings{
		master:          *masterFlag,
		address:         *addressFlag,
		consulServer:    *consulServerFlag,
		etcdURL:         *etcdURLFlag,
		executorImage:   *executorImageFlag,
		principal:       *principalFlag,
		secretFile:      *secretFileFlag,
		zkCredentials:   *mesosZkCredentialsFileFlag,
		executorCommand: *mesosExecutorCommandFlag,
		frameworkIDFile: *mesosFrameworkIDFileFlag,
		failoverTimeout: *mesosFailoverTimeoutFlag,
		roles:           *mesosRoleFlag,
		caFile:          *mesosCAFileFlag,
		certificateFile: *mesosCertificateFileFlag,
		keyFile:         *mesosKeyFileFlag,
		options:         *mesosOptionFlag,
		library:         *mesosLibraryFlag,
	}
}

// mesosOption is an option of the library, and the flag that it came from.
type mesosOption struct{ flag, key, value string }

// An image is run with these folders mapped, as mesos/cloudfoundry-mesos did, unless others are named:
// the cell's data and logs in the sandbox of the task, and control groups for garden.
var imageVolumes = []string{"data:/var/vcap/data", "log:/var/vcap/sys/log", "/sys/fs/cgroup:/sys/fs/cgroup"}

// list returns all options. engine are those that the auctioneer's configuration file has.
func (s mesosSettings) list(engine engineOptions) ([]mesosOption, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	more, err := s.moreOptions()
	if err != nil {
		return nil, err
	}
	has := func(key string) bool {
		return slices.ContainsFunc(more, func(option mesosOption) bool { return option.key == key })
	}
	var list []mesosOption
	add := func(flag, key, value string) {
		if value != "" {
			list = append(list, mesosOption{flag, key, value})
		}
	}
	// Diego asks again for what was refused, and for what it finds does not run.
	add("", "keep_waiting", "false")
	add("", "launch_known", "true")
	for _, option := range engine.list() {
		add("", option.key, option.value)
	}
	if !has("name") {
		add("", "name", "diego")
	}
	if !has("user") {
		// A cell makes containers.
		add("", "user", "root")
	}
	for _, option := range s.ownOptions() {
		add(option.flag, option.key, option.value)
	}
	for _, role := range s.roles {
		list = append(list, mesosOption{"mesos_role", "role", role})
	}
	if s.consulServer != "" {
		add("consul_server", "executor_environment", "CONSUL_SERVER="+s.consulServer)
	}
	if s.etcdURL != "" {
		add("etcd_url", "executor_environment", "ETCD_URL="+s.etcdURL)
	}
	if s.executorImage != "" && !has("executor_volume") {
		for _, volume := range imageVolumes {
			add("executor_image", "executor_volume", volume)
		}
	}
	return append(list, more...), nil
}

// ownOptions are those that have a flag of their own.
func (s mesosSettings) ownOptions() []mesosOption {
	return []mesosOption{
		{"master", "master", s.master},
		{"address", "hostname", s.address},
		{"executor_image", "executor_image", s.executorImage},
		{"mesos_executor_command", "executor_command", s.executorCommand},
		{"mesos_authentication_principal", "principal", s.principal},
		{"mesos_authentication_secret_file", "secret_file", s.secretFile},
		{"mesos_zk_credentials_file", "zk_credentials_file", s.zkCredentials},
		{"mesos_framework_id_file", "framework_id_file", s.frameworkIDFile},
		{"mesos_failover_timeout", "failover_timeout", s.failoverTimeout},
		{"mesos_ca_file", "ca_file", s.caFile},
		{"mesos_certificate_file", "certificate_file", s.certificateFile},
		{"mesos_key_file", "key_file", s.keyFile},
	}
}

// check says what does not go together.
func (s mesosSettings) check() error {
	if s.executorImage == "" && s.executorCommand == "" {
		return fmt.Errorf("-master is %q without -executor_image and -mesos_executor_command, expected one "+
			"of them: it says what a cell is", s.master)
	}
	return nil
}

// moreOptions returns those of -mesos_option.
func (s mesosSettings) moreOptions() ([]mesosOption, error) {
	var list []mesosOption
	for _, text := range s.options {
		key, value, found := strings.Cut(text, "=")
		if !found || key == "" {
			return nil, fmt.Errorf("-mesos_option is %q, expected KEY=VALUE", text)
		}
		if instead := s.sayInstead(key); instead != "" {
			// The value may be a secret.
			return nil, fmt.Errorf("-mesos_option %s: %s", key, instead)
		}
		list = append(list, mesosOption{"mesos_option", key, value})
	}
	return list, nil
}

// sayInstead says what is to be used instead of -mesos_option for a key; "" if it is the right one.
func (s mesosSettings) sayInstead(key string) string {
	for _, option := range s.ownOptions() {
		if option.key == key {
			return "it has a flag of its own, -" + option.flag
		}
	}
	switch key {
	case "secret":
		return "on a command line everybody could read it, -mesos_authentication_secret_file names a file"
	case "role":
		return "it has a flag of its own, -mesos_role"
	case "keep_waiting", "launch_known":
		return "the auctioneer needs it as it is, since the BBS asks again for what does not run"
	}
	if slices.ContainsFunc(rostrum.Options(), func(option rostrum.Option) bool { return option.Key == key }) {
		return "it is a key of the auctioneer's configuration file"
	}
	return ""
}
