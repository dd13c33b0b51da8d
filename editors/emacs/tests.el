;;; tests.el --- Tests the mode on every example, and Eglot against the real server  -*- lexical-binding: t; -*-

(require 'ert)
(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'xref)
(require 'initflow-mode)

(defconst root (expand-file-name "../.." (file-name-directory (or load-file-name buffer-file-name))))

(defun examples ()
  (or (file-expand-wildcards (expand-file-name "examples/*/*.initflow" root))
      (error "No examples")))

(defmacro with-source (text &rest body)
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (initflow-mode)
     (goto-char (point-min))
     ,@body))

(defun contents (path)
  (with-temp-buffer (insert-file-contents path) (buffer-string)))

(ert-deftest examples-are-indented-as-they-are-written ()
  (dolist (path (examples))
    (let ((text (contents path)))
      (with-source text
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) text))))))

(ert-deftest indentation-comes-back ()
  (dolist (path (examples))
    (let ((text (contents path)))
      (with-source text
        ;; The mode does not indent inside multi-line strings.
        (while (not (eobp))
          (unless (nth 3 (syntax-ppss))
            (delete-horizontal-space))
          (forward-line))
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) text))))))

(ert-deftest words-have-their-faces ()
  (with-source "use \"std\" as s # why
template app web(tag: string = \"1\") { image \"c:#{tag}\" }
deployment shop {
  volume data claim \"shop\"
  labels { team \"a\" }
  step fetch {
    reads data at /srv
    script '''
      echo { # \"
    '''
    imagePullPolicy Always
  }
  app main from web(tag: \"2\") { ready http 80 /up every 5s; stdin true }
}
"
    (font-lock-ensure)
    (cl-flet ((face (word)
                (goto-char (point-min))
                (search-forward word)
                (get-text-property (match-beginning 0) 'face)))
      (pcase-dolist (`(,word ,face)
                     '(("use" font-lock-keyword-face) ("\"std\"" font-lock-string-face) ("as s" font-lock-keyword-face)
                       ("why" font-lock-comment-face) ("app web" font-lock-keyword-face)
                       ("web(tag: s" font-lock-function-name-face) ("tag: s" font-lock-variable-name-face)
                       ("string" font-lock-type-face) ("image" font-lock-property-name-face)
                       ("tag}" font-lock-variable-name-face) ("shop" nil) ("claim" font-lock-keyword-face)
                       ("team" font-lock-property-name-face) ("at /srv" font-lock-keyword-face)
                       ("/srv" font-lock-string-face) ("echo" font-lock-string-face)
                       ("imagePull" font-lock-property-name-face) ("Always" font-lock-constant-face)
                       ("from" font-lock-keyword-face) ("http" font-lock-keyword-face)
                       ("every" font-lock-keyword-face) ("true" font-lock-constant-face)))
        (should (equal (list word (face word)) (list word face)))))))

(ert-deftest statements-of-examples-are-keywords ()
  (dolist (path (examples))
    (with-source (contents path)
      (font-lock-ensure)
      (while (re-search-forward "^[ \t]*\\(step\\|app\\|sidecar\\|volume\\|reads\\|writes\\|let\\)[ \t]" nil t)
        (unless (nth 3 (save-excursion (syntax-ppss (match-beginning 1))))
          (should (eq (get-text-property (match-beginning 1) 'face) 'font-lock-keyword-face)))))))

(ert-deftest the-index-has-what-is-declared ()
  (with-source "template app web() { image \"c\" }\npod shop {\n  volume data\n  step fetch { image \"c\" }\n}\n"
    (let ((index (imenu--make-index-alist t)))
      (pcase-dolist (`(,title ,name)
                     '(("Templates" "web") ("Workloads" "shop") ("Volumes" "data") ("Containers" "fetch")))
        (should (assoc name (cdr (assoc title index))))))))

(ert-deftest brackets-that-one-line-opens-count-once ()
  (let ((text "template app web(a: string) { env {\n  A a\n} }\n"))
    (with-source text
      (indent-region (point-min) (point-max))
      (should (equal (buffer-string) text)))))

(ert-deftest a-closing-brace-indents-its-line ()
  (with-source "pod a {\n  app b {\n    "
    (goto-char (point-max))
    (electric-indent-local-mode 1)
    (let ((last-command-event ?}))
      (self-insert-command 1 ?}))
    (should (equal (buffer-string) "pod a {\n  app b {\n  }"))))

(ert-deftest comments-come-and-go ()
  (let ((text "pod a {\n  app b\n}\n"))
    (with-source text
      (comment-region (point-min) (point-max))
      (should (equal (buffer-string) "# pod a {\n#   app b\n# }\n"))
      (uncomment-region (point-min) (point-max))
      (should (equal (buffer-string) text)))))

(ert-deftest a-text-ends-at-its-own-quotes ()
  (pcase-dolist (`(,text ,inside)
                 '(("script '''\n  it's { END\n'''" t) ("script '''\n  it's {\n'''\nEND" nil)
                   ("a \"\"\"\n  ''' END\n\"\"\"" t) ("a \"\"\"\n  \" {\n\"\"\"\nEND" nil)
                   ("a 'x { END'" t) ("a 'x \" y' END" nil) ("# it's \"\"\" {\nEND" nil)))
    (with-source text
      (let ((case-fold-search nil))
        (search-forward "END"))
      (should (equal (list text (and (nth 3 (syntax-ppss)) t)) (list text inside))))))

(ert-deftest eglot-starts-the-command-as-it-is-now ()
  (let ((initflow-command '("/opt/initflow" "lsp")))
    (should (equal (funcall (cdr (assoc 'initflow-mode eglot-server-programs))) initflow-command))))

(defun wait-for (what)
  "Wait until WHAT returns non-nil, and return that."
  (let ((end (+ (float-time) 20)) found)
    (while (and (not (setq found (funcall what))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or found (error "Timed out"))))

(ert-deftest eglot-serves-a-source ()
  (let* ((folder (make-temp-file "initflow" t))
         (path (expand-file-name "main.initflow" folder))
         (eglot-sync-connect 10)
         (eglot-autoshutdown t)
         (eglot-confirm-server-initiated-edits nil))
    (make-directory (expand-file-name ".git" folder))
    (write-region "pod a {\n  volume data\n  step s { image \"c:1\"; writes data at /d }\n  app b { image \"c:1\"; reads dta at /d }\n}\n"
                  nil path)
    (with-current-buffer (find-file-noselect path)
      (should (eq major-mode 'initflow-mode))
      (apply #'eglot (eglot--guess-contact))
      (should (eglot-managed-p))
      (flymake-mode 1)
      (let ((found (wait-for (lambda () (flymake-start) (flymake-diagnostics)))))
        (should (string-match-p "dta" (flymake-diagnostic-text (car found)))))
      (goto-char (point-min))
      (search-forward "dta")
      (replace-match "data")
      (search-backward "reads ")
      (forward-char 6)
      (pcase-let ((`(,_ ,_ ,table . ,_) (eglot-completion-at-point)))
        (should (member "data" (all-completions "" table))))
      (goto-char (point-min))
      (search-forward "volume d")
      (eglot-rename "files")
      (should (string-match-p "writes files" (buffer-string)))
      (should (string-match-p "reads files" (buffer-string)))
      (wait-for (lambda () (flymake-start) (null (flymake-diagnostics))))
      (set-buffer-modified-p nil)
      (kill-buffer))
    (delete-directory folder t)))

(ert-deftest eglot-leads-into-the-standard-library ()
  (let* ((folder (make-temp-file "initflow" t))
         (path (expand-file-name "main.initflow" folder))
         (eglot-sync-connect 10)
         (eglot-autoshutdown t))
    (make-directory (expand-file-name ".git" folder))
    (write-region "use \"std\"\npod a {\n  sidecar p from std.cloud_sql_proxy(instance: \"a:b:c\")\n  app b { image \"c:1\" }\n}\n"
                  nil path)
    (with-current-buffer (find-file-noselect path)
      (apply #'eglot (eglot--guess-contact))
      (search-forward "cloud_sql")
      (let* ((found (car (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
             (file (xref-location-group (xref-item-location found))))
        (should (string-suffix-p "std.initflow" file))
        (should (file-readable-p file)))
      (set-buffer-modified-p nil)
      (kill-buffer))
    (delete-directory folder t)))

;;; tests.el ends here
