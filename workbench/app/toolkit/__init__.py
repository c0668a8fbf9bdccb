"""What every view is built with: controls, words, figures, studies, tabs. It knows no subject."""
