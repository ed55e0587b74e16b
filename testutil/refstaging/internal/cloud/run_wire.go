package cloud

import (
	"fmt"
	"strconv"
)

// What follows is Cloud Run Admin v2 on the wire: int64 as text, and nothing that is zero.

type wireCondition struct {
	Type     string `json:"type"`
	State    string `json:"state"`
	Message  string `json:"message,omitempty"`
	Changed  string `json:"lastTransitionTime,omitempty"`
	Severity string `json:"severity,omitempty"`
	Revision Reason `json:"revisionReason,omitempty"`
}

func (c Condition) wire(kind string) wireCondition {
	shown := wireCondition{kind, c.State, c.Message, stamp(c.Changed), "", c.Revision}
	if c.State == failed {
		shown.Severity = "ERROR"
	}
	return shown
}

type wireTraffic struct {
	Type     string `json:"type"`
	Revision string `json:"revision,omitempty"`
	Percent  int    `json:"percent,omitempty"`
}

type wireContainer struct {
	Image     string        `json:"image"`
	Resources wireResources `json:"resources"`
	Ports     []wirePort    `json:"ports"`
}

type wireResources struct {
	Limits map[string]string `json:"limits"`
}

type wirePort struct {
	Name string `json:"name"`
	Port int    `json:"containerPort"`
}

type wireScaling struct {
	Min int `json:"minInstanceCount,omitempty"`
	Max int `json:"maxInstanceCount,omitempty"`
}

type wireTemplate struct {
	Scaling     wireScaling     `json:"scaling"`
	Timeout     string          `json:"timeout"`
	Containers  []wireContainer `json:"containers"`
	Environment string          `json:"executionEnvironment"`
	Concurrency int             `json:"maxInstanceRequestConcurrency"`
}

type wireService struct {
	Name          string          `json:"name"`
	UID           string          `json:"uid"`
	Generation    int64           `json:"generation,omitempty,string"`
	Observed      int64           `json:"observedGeneration,omitempty,string"`
	Created       string          `json:"createTime"`
	Updated       string          `json:"updateTime,omitempty"`
	Modifier      string          `json:"lastModifier,omitempty"`
	Ingress       string          `json:"ingress"`
	Template      *wireTemplate   `json:"template,omitempty"`
	Traffic       []wireTraffic   `json:"traffic,omitempty"`
	Statuses      []wireTraffic   `json:"trafficStatuses,omitempty"`
	State         *wireCondition  `json:"terminalCondition,omitempty"`
	Conditions    []wireCondition `json:"conditions,omitempty"`
	LatestReady   string          `json:"latestReadyRevision,omitempty"`
	LatestCreated string          `json:"latestCreatedRevision,omitempty"`
	URI           string          `json:"uri"`
	URLs          []string        `json:"urls"`
	Reconciling   bool            `json:"reconciling,omitempty"`
	Etag          string          `json:"etag"`
	LaunchStage   string          `json:"launchStage"`
}

type wireRevision struct {
	wireTemplate
	Name          string          `json:"name"`
	UID           string          `json:"uid"`
	Generation    int64           `json:"generation,omitempty,string"`
	Observed      int64           `json:"observedGeneration,omitempty,string"`
	Created       string          `json:"createTime"`
	Updated       string          `json:"updateTime"`
	Service       string          `json:"service"`
	Reconciling   bool            `json:"reconciling,omitempty"`
	Conditions    []wireCondition `json:"conditions"`
	LogURI        string          `json:"logUri"`
	ScalingStatus struct {
		Desired int `json:"desiredMinInstanceCount,omitempty"`
	} `json:"scalingStatus"`
	Etag string `json:"etag"`
}

func (s *Service) fullName() string  { return s.project.location() + "/services/" + s.Name }
func (r *Revision) fullName() string { return r.service.fullName() + "/revisions/" + r.name }

func (s *Service) template(image string) wireTemplate {
	return wireTemplate{
		Scaling: wireScaling{s.MinInstances, s.MaxInstances}, Timeout: "600s", // deployment.md 1
		Containers: []wireContainer{{image, wireResources{map[string]string{
			"cpu": s.CPU, "memory": strconv.FormatInt(s.Memory>>20, 10) + "Mi",
		}}, []wirePort{{"http1", s.Port}}}},
		Environment: "EXECUTION_ENVIRONMENT_GEN2", Concurrency: 80,
	}
}

// view is the service as it is now; the project is locked.
func (s *Service) view() wireService {
	shown := wireService{
		Name: s.fullName(), UID: s.uid, Generation: s.generation, Observed: s.observed,
		Created: stamp(s.created), Updated: stamp(s.updated), Ingress: "INGRESS_TRAFFIC_ALL",
		URI: s.URI, URLs: []string{s.URI}, Reconciling: s.reconciling, LaunchStage: "GA",
		Etag: fmt.Sprintf("%q", fmt.Sprint(s.generation, s.updated.UnixNano())),
	}
	if len(s.revisions) == 0 {
		return shown
	}
	created := s.revisions[len(s.revisions)-1]
	template := s.template(created.image)
	state := s.state.wire("Ready")
	shown.Template, shown.State = &template, &state
	shown.Conditions = []wireCondition{s.state.wire("RoutesReady"), s.state.wire("ConfigurationsReady")}
	shown.LatestCreated = created.fullName()
	if s.ready != nil {
		shown.LatestReady = s.ready.fullName()
	}
	for _, t := range s.traffic {
		part := wireTraffic{"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "", t.Percent}
		if t.Revision != "" {
			part.Type, part.Revision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", t.Revision
		}
		shown.Traffic = append(shown.Traffic, part)
	}
	shown.Statuses = shown.Traffic
	return shown
}

func (r *Revision) view() wireRevision {
	shown := wireRevision{
		wireTemplate: r.service.template(r.image), Name: r.fullName(), UID: r.uid, Generation: 1, Observed: 1,
		Created: stamp(r.created), Updated: stamp(r.updated), Service: r.service.Name, Reconciling: r.pending,
		Conditions: []wireCondition{r.state.wire("Ready"), r.state.wire("ContainerHealthy"), r.state.wire("ResourcesAvailable")},
		Etag:       fmt.Sprintf("%q", fmt.Sprint(r.updated.UnixNano())),
		LogURI: "https://console.cloud.google.com/logs/viewer?project=" + r.service.project.cfg.Project +
			"&resource=cloud_run_revision/service_name/" + r.service.Name + "/revision_name/" + r.name,
	}
	if r.state.State == failed { // the resources were there, the container was not well
		shown.Conditions[2] = Condition{State: succeeded, Changed: r.state.Changed}.wire("ResourcesAvailable")
	}
	shown.ScalingStatus.Desired = r.service.MinInstances
	return shown
}
