// Copyright (c) Inferops contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// klab holds a whole Kubernetes control plane in one binary: `klab APPLET [ARGS...]`.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // time zones of CronJobs

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kwokfast "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	kwoklease "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwokcmd "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

var applets = map[string]func() error{
	"etcd":                    func() error { etcdmain.Main(os.Args); return nil },
	"kube-apiserver":          func() error { os.Exit(cli.Run(apiserver.NewAPIServerCommand())); return nil },
	"kube-controller-manager": func() error { os.Exit(cli.Run(kcm.NewControllerManagerCommand())); return nil },
	"kube-scheduler":          func() error { os.Exit(cli.Run(scheduler.NewSchedulerCommand())); return nil },
	"kubectl":                 kubectl,
	"kwok":                    kwok,
	"node-stages":             nodeStages,
}

func kubectl() error {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		cmdutil.CheckErr(err)
	}
	return nil
}

func kwok() error {
	// cobra adds pflag.CommandLine to every root command, and component-base has registered a non-boolean
	// --version there, on which kwok's own --version would panic.
	pflag.CommandLine = pflag.NewFlagSet("kwok", pflag.ContinueOnError)

	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, _ := kwoklog.InitFlags(signals.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err != nil {
		return err
	}
	command := kwokcmd.NewCommand(ctx)
	command.PersistentFlags().AddFlagSet(flags)
	return command.ExecuteContext(ctx)
}

// nodeStages prints how kwok plays a healthy node: kwok itself has no stage built in at run time.
func nodeStages() error {
	_, err := fmt.Println(kwokfast.DefaultNodeInit + "\n---\n" + kwoklease.DefaultNodeHeartbeatWithLease)
	return err
}

func main() {
	if len(os.Args) > 1 {
		if applet, ok := applets[os.Args[1]]; ok {
			os.Args = os.Args[1:]
			if err := applet(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: klab APPLET [ARGS...]; applets:",
		strings.Join(slices.Sorted(maps.Keys(applets)), " "))
	os.Exit(2)
}
