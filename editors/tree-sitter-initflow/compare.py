"""Tells where the colours of tree-sitter differ from the language server's: compare.py INITFLOW TREE_SITTER FILES…"""
import json, os, re, subprocess, sys
B, T = sys.argv[1:3]
def server(path):
    text=open(path).read()
    p=subprocess.Popen([B,'lsp'],stdin=subprocess.PIPE,stdout=subprocess.PIPE,stderr=subprocess.DEVNULL)
    def send(m):
        b=json.dumps({'jsonrpc':'2.0',**m}).encode(); p.stdin.write(b'Content-Length: %d\r\n\r\n'%len(b)+b); p.stdin.flush()
    def recv(i):
        while True:
            n=0
            while (l:=p.stdout.readline().strip()):
                if l.lower().startswith(b'content-length'): n=int(l.split(b':')[1])
            m=json.loads(p.stdout.read(n))
            if m.get('id')==i and 'method' not in m: return m['result']
    send({'id':1,'method':'initialize','params':{'processId':None,'rootUri':None,'capabilities':{'general':{'positionEncodings':['utf-8']},'textDocument':{'semanticTokens':{'requests':{'full':True},'tokenTypes':[],'tokenModifiers':[],'formats':['relative'],'multilineTokenSupport':True}}}}})
    cap=recv(1)['capabilities']; legend=cap['semanticTokensProvider']['legend']['tokenTypes']
    uri='file://'+path
    send({'method':'initialized','params':{}})
    send({'method':'textDocument/didOpen','params':{'textDocument':{'uri':uri,'languageId':'initflow','version':1,'text':text}}})
    send({'id':2,'method':'textDocument/semanticTokens/full','params':{'textDocument':{'uri':uri}}})
    data=recv(2)['data']
    send({'id':3,'method':'shutdown'}); recv(3); send({'method':'exit'}); p.wait(5)
    b=text.encode(); starts=[0]+[i+1 for i,c in enumerate(b) if c==10]
    paint=[None]*len(b); line=col=0
    for i in range(0,len(data),5):
        dl,dc,n,ty,_=data[i:i+5]
        line+=dl; col=dc if dl else col+dc
        for k in range(starts[line]+col,min(len(b),starts[line]+col+n)): paint[k]=legend[ty]
    return b,starts,paint
M={'comment':'comment','keyword':'keyword','boolean':'keyword','variable':'variable','constant':'enumMember','property':'property','number':'number','string.special.path':'string','string':'string','string.escape':'string','punctuation.special':'string','operator':'operator','function':'function','function.call':'function','variable.parameter':'parameter','type':'type'}
def tree(path,b,starts):
    out=subprocess.run([T,'query','--captures','queries/highlights.scm',path],capture_output=True,text=True).stdout
    caps=[]
    for m in re.finditer(r'pattern: *(\d+), capture: \d+ - ([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)',out):
        pat,name,a,c,d,e=m.groups(); s=starts[int(a)]+int(c); t=(starts[int(d)] if int(d)<len(starts) else len(b))+int(e)
        if name in M: caps.append((s,-t,int(pat),M[name],t))
    paint=[None]*len(b)
    for s,_,_,c,t in sorted(caps):
        for k in range(s,t): paint[k]=c
    return paint
bad=0
for path in map(os.path.abspath, sys.argv[3:]):
    b,starts,s=server(path); t=tree(path,b,starts)
    seen=set(); total=0
    for i,ch in enumerate(b):
        if ch in b' \t\r\n' or s[i]==t[i]: continue
        line=b[:i].count(b'\n'); total+=1
        if (line,s[i],t[i]) in seen: continue
        seen.add((line,s[i],t[i])); print(f'{path.split("/examples/")[-1]}:{line+1}: server {s[i]} tree {t[i]}: {b[i:i+20]!r} in {b.splitlines()[line].decode().strip()}')
    bad+=total
print('differing bytes', bad)
sys.exit(bad > 0)
