package delivery_test

import (
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
)

// trackerPlugin has one table: the issues of a repository.
func trackerPlugin(context.Context) *plugin.Plugin {
	return &plugin.Plugin{
		Name: "steampipe-plugin-tracker",
		TableMap: map[string]*plugin.Table{"tracker_issue": {
			Name: "tracker_issue",
			List: &plugin.ListConfig{
				KeyColumns: plugin.SingleColumn("repository"),
				Hydrate:    delivery.List(delivery.Keys{}, listIssues),
			},
			Columns: []*plugin.Column{
				{Name: "repository", Type: proto.ColumnType_STRING, Transform: transform.FromField("Repository")},
				{Name: "number", Type: proto.ColumnType_INT, Transform: transform.FromField("Number")},
			},
		}},
	}
}

type issue struct {
	Repository string
	Number     int
}

// listIssues reads the issues page by page.
func listIssues(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
	for page := 1; ; page++ {
		if err := delivery.Proceed(ctx); err != nil {
			return err
		}
		issues, more, err := fetchIssues(d.EqualsQualString("repository"), page)
		if err != nil {
			return err // of whichever page: the query fails
		}
		for _, i := range issues {
			if !emit(i) {
				return nil
			}
		}
		if !more {
			return nil
		}
	}
}

// fetchIssues stands for a call to an API.
func fetchIssues(repository string, page int) (issues []issue, more bool, err error) {
	if repository == "broken" && page == 3 {
		return nil, false, fmt.Errorf("page %d of %s: the API is down", page, repository)
	}
	for n := range 10 {
		issues = append(issues, issue{repository, page*10 + n})
	}
	return issues, page < 3, nil
}

// The main function of a plugin is
//
//	delivery.Serve("steampipe-plugin-tracker", trackerPlugin)
func Example() {
	server := delivery.NewServer(trackerPlugin)
	if _, err := server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{{Connection: "c"}}}); err != nil {
		panic(err)
	}
	for _, repository := range []string{"sound", "broken"} {
		rows := 0
		request := query{quals: map[string]*proto.Quals{"repository": equals("repository", text(repository))}, columns: []string{"number"}}.request()
		request.Table = "tracker_issue"
		if err := server.Execute(request, sink{ctx: context.Background(), each: func(*proto.ExecuteResponse) error {
			rows++
			return nil
		}}); err != nil {
			fmt.Println("error:", err)
			continue
		}
		fmt.Println(rows, "rows")
	}
	// Output:
	// 30 rows
	// error: c: page 3 of broken: the API is down
}
