use initflow::*;
struct Fs;
impl compile::Loader for Fs { fn load(&self, p:&str)->Result<String,String>{ std::fs::read_to_string(p).map_err(|e|e.to_string()) } }
fn main(){
 let p=std::env::args().nth(1).unwrap();
 let c=compile::compile(&p, std::fs::read_to_string(&p).unwrap(), &Fs, &Default::default());
 for d in &c.diagnostics { let (l,col)=c.sources.get(d.primary.span.file).line_column(d.primary.span.start); println!("{:?}[{}] {}:{}:{}: {} | {} | {:?} | {:?}", d.severity,d.name,c.sources.get(d.primary.span.file).name,l,col,d.headline,d.primary.text,d.help, d.labels.iter().map(|l|&l.text).collect::<Vec<_>>()); }
 let docs:Vec<_>=c.workloads.iter().map(|w| emit::Document{header:None,object:w.object.as_ref().unwrap()}).collect();
 print!("{}", emit::yaml(&docs).unwrap());
}
