package dingtalk

import (
	"reflect"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// drain looks into fields that the SDK may rename.
func TestWaitingSeesTheChannels(t *testing.T) {
	for _, name := range []string{"rowDataChan", "outputChan"} {
		field, ok := reflect.TypeFor[plugin.QueryData]().FieldByName(name)
		if !ok || field.Type.Kind() != reflect.Chan {
			t.Errorf("plugin.QueryData has no channel %s any more: see drain.go", name)
		}
	}
	if waiting(&plugin.QueryData{}) {
		t.Error("rows wait in a query that has none")
	}
}
