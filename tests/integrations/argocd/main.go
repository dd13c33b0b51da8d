// Runs Argo CD's own plugin server and client: whether a plugin accepts an application's folder, and what it generates with the
// application's parameters.
//
//	argocd FOLDER-OF-PLUGIN.YAML FOLDER-OF-REPOSITORY APPLICATION.YAML
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver"
	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"github.com/argoproj/argo-cd/v3/util/config"
)

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func run(pluginFolder, repository, applicationFile string) error {
	settings, err := plugin.ReadPluginConfig(pluginFolder)
	if err != nil {
		return err
	}
	var application v1alpha1.Application
	if err := config.UnmarshalLocalFile(applicationFile, &application); err != nil {
		return err
	}
	environment, err := application.Spec.Source.Plugin.Parameters.Environ()
	if err != nil {
		return err
	}
	// Like the repo server: the tree, the application's path in it, and the build environment.
	folder := filepath.Join(repository, application.Spec.Source.Path)
	environment = append(environment, "ARGOCD_APP_SOURCE_PATH="+application.Spec.Source.Path)
	server, err := cmpserver.NewServer(plugin.CMPServerInitConstants{PluginConfig: *settings})
	if err != nil {
		return err
	}
	go server.Run()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(settings.Address()); err == nil {
			break
		} else if time.Now().After(until) {
			return err
		}
	}
	closer, client, err := apiclient.NewConfigManagementPluginClientSet(settings.Address()).NewConfigManagementPluginClient()
	if err != nil {
		return err
	}
	defer closer.Close()

	ctx := context.Background()
	match, err := client.MatchRepository(ctx)
	if err != nil {
		return err
	}
	if err := cmp.SendRepoStream(ctx, folder, repository, match, environment, nil); err != nil {
		return err
	}
	if found, err := match.CloseAndRecv(); err != nil {
		return err
	} else if !found.IsSupported {
		return fmt.Errorf("the plugin does not accept %s", folder)
	}

	generate, err := client.GenerateManifest(ctx)
	if err != nil {
		return err
	}
	if err := cmp.SendRepoStream(ctx, folder, repository, generate, environment, nil); err != nil {
		return err
	}
	made, err := generate.CloseAndRecv()
	if err != nil {
		return err
	}
	for _, manifest := range made.Manifests {
		fmt.Println("---")
		fmt.Println(manifest)
	}
	return nil
}
