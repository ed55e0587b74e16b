package judge
import ("testing";"fmt";"slices")
func TestZZ(t *testing.T){
 s:=newStory(); u:=s.user(); a:=u.connect(); b:=u.connect()
 j:=b.ask(failing).started().thinking().failed().completed(unsuccessful)
 _ = j
 for i:=len(s.records)-1;i>=0;i-- { if s.records[i].Session=="u1.s2" { s.records=slices.Delete(s.records,i,i+1); break } }
 pong(a); a.settled().shut(); pong(b); b.settled().shut(); s.end()
 fmt.Println(s.listing(s.judged()))
 jj:=New(s.header)
 for _,r:=range s.records { jj.Observe(r); for _,run:=range jj.view.runs { for _,st:=range run.streams { fmt.Println(r.Seq,r.Kind,r.Session,st.Session.Label,st.Whole,st.Events,st.Outcome,st.Track.Quiet(), st.Variant) } } }
}
